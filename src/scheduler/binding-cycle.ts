import { conflictMessage } from "../api/object-named.js";
import { type AnyVersion, objectKey } from "../api/object-version.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { WriteRequest } from "../store/request.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { PreBindStep } from "./framework/interfaces.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Framework, PluginPlan } from "./framework/runtime.js";
import { Status } from "./framework/status.js";
import type { QueuedPod } from "./queue/queued-pod.js";

/** A pod on its way to its node: assumed, not yet bound. */
export interface BindingPod {
  readonly queued: QueuedPod;
  readonly framework: Framework;
  readonly state: CycleState;
  readonly info: PodInfo;
  readonly nodeName: string;
}

export interface BindingCycleOptions {
  readonly engine: Engine;
  /** For bindings. */
  readonly bindingClient: Client;
  /** For what PreBind plugins want written before. */
  readonly client: Client;
  /** Whether the scheduler's watches still know the pod. */
  readonly exists: (pod: PodVersion) => boolean;
  readonly observer: ClusterObserver;
  readonly bound: (binding: BindingPod) => void;
  readonly failed: (binding: BindingPod, message: string) => void;
}

interface UnderWay {
  readonly binding: BindingPod;
  /** What PreBind wants first, plugin by plugin. */
  readonly plans: readonly PluginPlan[];
  /** The steps of all plans, one after the other, each with its plugin's name. */
  readonly steps: readonly { readonly plugin: string; readonly step: PreBindStep }[];
  /** How many of them are written. */
  written: number;
  /** When PreBind gives up waiting for what they asked for. */
  waitsUntilMicros: TimeMicros;
  /** What a write was refused on, since there is a newer version; null: it was not. */
  refused: AnyVersion | null;
}

/** From a Conflict to the next attempt: client-go's `retry.DefaultRetry`, without its jitter. */
const RETRY_MICROS = 10_000;

/** PreBind and Bind, which run beside the next pods' scheduling cycles and take API calls. */
export class BindingCycle {
  private readonly slots: (UnderWay | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly boundAnswer: AnswerId;
  private readonly writtenAnswer: AnswerId;
  private readonly newestAnswer: AnswerId;
  private readonly look: HandlerId;
  private readonly readNewest: HandlerId;

  constructor(private readonly options: BindingCycleOptions) {
    const { bindingClient, client } = options;
    this.boundAnswer = bindingClient.onAnswer((outcome, slot) => this.answered(slot, outcome));
    this.writtenAnswer = client.onAnswer((outcome, slot, _, request) =>
      this.answeredWrite(slot, outcome, request),
    );
    this.newestAnswer = client.onAnswer((outcome, slot) => this.answeredRead(slot, outcome));
    this.look = options.engine.registerHandler("scheduler/look-at-volumes", (slot) =>
      this.check(slot),
    );
    this.readNewest = options.engine.registerHandler("scheduler/read-newest", (slot) => {
      const { refused } = this.slots[slot]!;
      client.submit({ verb: "get", target: refused! }, this.newestAnswer, slot);
    });
  }

  /** Pods that are assumed and not yet bound. */
  get underWay(): number {
    return this.slots.length - this.freeSlots.length;
  }

  begin(binding: BindingPod): void {
    const { framework, state, info, nodeName } = binding;
    const plans = framework.runPreBindPlugins(state, info, nodeName);
    if (plans instanceof Status) {
      this.options.failed(binding, plans.message);
      return;
    }
    const refusal = framework.runBindPlugins(state, info, nodeName);
    if (refusal !== null) {
      this.options.failed(binding, refusal.message);
      return;
    }
    const slot = this.freeSlots.pop() ?? this.slots.push(null) - 1;
    const steps = plans.flatMap(({ plugin, plan }) => plan.steps.map((step) => ({ plugin, step })));
    this.slots[slot] = { binding, plans, steps, written: 0, waitsUntilMicros: 0, refused: null };
    this.goOn(slot);
  }

  /** The writes of the steps that are left; then waits for what they ask for, or binds. */
  private goOn(slot: number): void {
    const underWay = this.slots[slot]!;
    const { plans, steps } = underWay;
    while (underWay.written < steps.length) {
      const { plugin, step } = steps[underWay.written]!;
      const write = step.write();
      if (typeof write === "string") {
        this.preBindFailed(slot, plugin, write);
        return;
      }
      if (write !== null) {
        this.options.client.submit(write, this.writtenAnswer, slot);
        return;
      }
      underWay.written += 1;
    }
    if (plans.every(({ plan }) => plan.looksAtOnce && outcomeOf(plan.steps) === true)) {
      this.bind(slot);
      return;
    }
    const longest = Math.max(...plans.map(({ plan }) => plan.timeoutMicros));
    underWay.waitsUntilMicros = this.options.engine.now + longest;
    this.wait(slot, plans[0]!);
  }

  /** Until the next look; or gives up, if it would be too late for what `waitedFor` wants. */
  private wait(slot: number, { plugin, plan: waitedFor }: PluginPlan): void {
    const { engine } = this.options;
    const { plans, waitsUntilMicros } = this.slots[slot]!;
    const next = engine.now + Math.min(...plans.map(({ plan }) => plan.pollMicros));
    if (next > waitsUntilMicros) {
      this.preBindFailed(slot, plugin, `${waitedFor.failure}${waitedFor.timedOut}`);
    } else {
      engine.scheduleAt(next, Phase.react, this.look, slot);
    }
  }

  private check(slot: number): void {
    const { binding, plans } = this.slots[slot]!;
    const { pod } = binding.queued;
    if (!this.options.exists(pod)) {
      const [{ plugin, plan }] = plans as [PluginPlan];
      const gone = `pod does not exist any more: pod "${pod.name}" not found`;
      this.preBindFailed(slot, plugin, `${plan.failure}${gone}`);
      return;
    }
    for (const plugins of plans) {
      const outcome = outcomeOf(plugins.plan.steps);
      if (typeof outcome === "string") {
        this.preBindFailed(slot, plugins.plugin, `${plugins.plan.failure}${outcome}`);
        return;
      }
      if (!outcome) {
        this.wait(slot, plugins);
        return;
      }
    }
    this.bind(slot);
  }

  private preBindFailed(slot: number, plugin: string, message: string): void {
    const { binding } = this.slots[slot]!;
    this.release(slot);
    this.options.failed(binding, `running PreBind plugin "${plugin}": ${message}`);
  }

  private bind(slot: number): void {
    const { queued, nodeName } = this.slots[slot]!.binding;
    const request = { verb: "bind", target: queued.pod, nodeName } as const;
    this.options.bindingClient.submit(request, this.boundAnswer, slot);
  }

  private answeredWrite(slot: number, outcome: Outcome, request: WriteRequest): void {
    const underWay = this.slots[slot]!;
    const { plugin, step } = underWay.steps[underWay.written]!;
    if (outcome.ok) {
      step.written?.(outcome.object);
      underWay.written += 1;
      this.goOn(slot);
      return;
    }
    const { engine } = this.options;
    if (outcome.reason !== "Conflict" || step.reread === undefined || request.verb !== "update") {
      this.preBindFailed(slot, plugin, outcome.message);
      return;
    }
    underWay.refused = request.base;
    engine.scheduleAt(engine.now + RETRY_MICROS, Phase.react, this.readNewest, slot);
  }

  private answeredRead(slot: number, outcome: Outcome): void {
    const underWay = this.slots[slot]!;
    const { plugin, step } = underWay.steps[underWay.written]!;
    const base = underWay.refused!;
    if (!outcome.ok) {
      const what = `${base.kind} ${objectKey(base)}`;
      this.preBindFailed(slot, plugin, `get updated ${what} after conflict: ${outcome.message}`);
      return;
    }
    const back = step.reread!(outcome.object);
    if (back === null) {
      this.preBindFailed(slot, plugin, conflictMessage(base));
      return;
    }
    underWay.written -= back;
    this.goOn(slot);
  }

  private answered(slot: number, outcome: Outcome): void {
    const { binding } = this.slots[slot]!;
    this.release(slot);
    if (!outcome.ok) {
      const message = `binding rejected: running Bind plugin "DefaultBinder": ${outcome.message}`;
      this.options.failed(binding, message);
      return;
    }
    const { framework, state, info, nodeName, queued } = binding;
    framework.runPostBindPlugins(state, info, nodeName);
    this.options.observer.event(
      "Normal",
      "Scheduled",
      queued.pod,
      `Successfully assigned ${objectKey(queued.pod)} to ${nodeName}`,
      this.options.engine.now,
    );
    this.options.bound(binding);
  }

  private release(slot: number): void {
    this.slots[slot] = null;
    this.freeSlots.push(slot);
  }
}

/** Whether all that the steps asked for has come about; a string: why something will not. */
function outcomeOf(steps: readonly PreBindStep[]): boolean | string {
  for (const step of steps) {
    const done = step.isDone?.() ?? true;
    if (done !== true) return done;
  }
  return true;
}
