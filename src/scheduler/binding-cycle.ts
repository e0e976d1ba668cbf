import { objectKey } from "../api/object-version.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { WriteRequest } from "../store/request.js";
import { MICROS_PER_SECOND } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Framework } from "./framework/runtime.js";
import { Status } from "./framework/status.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import { volumeWrites } from "./volume-writes.js";

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
  /** For what is written before: claims and volumes. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly bound: (binding: BindingPod) => void;
  readonly failed: (binding: BindingPod, message: string) => void;
}

/** PreBind looks for the first time after this whether the pod's claims are bound. */
const VOLUMES_POLL_MICROS = MICROS_PER_SECOND;

interface UnderWay {
  readonly binding: BindingPod;
  /** What PreBind wants written first; one after the other. */
  readonly writes: readonly WriteRequest[];
  written: number;
}

/** PreBind and Bind, which run beside the next pods' scheduling cycles and take API calls. */
export class BindingCycle {
  private readonly slots: (UnderWay | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly boundAnswer: AnswerId;
  private readonly writtenAnswer: AnswerId;
  private readonly volumesBound: HandlerId;

  constructor(private readonly options: BindingCycleOptions) {
    const { bindingClient, client } = options;
    this.boundAnswer = bindingClient.onAnswer((outcome, slot) => this.answered(slot, outcome));
    this.writtenAnswer = client.onAnswer((outcome, slot) => this.written(slot, outcome));
    this.volumesBound = options.engine.registerHandler("scheduler/volumes-bound", (slot) =>
      this.bind(slot),
    );
  }

  /** Pods that are assumed and not yet bound. */
  get underWay(): number {
    return this.slots.length - this.freeSlots.length;
  }

  begin(binding: BindingPod): void {
    const { framework, state, info, nodeName } = binding;
    const writes = preBindWrites(binding);
    if (typeof writes === "string") {
      this.options.failed(binding, writes);
      return;
    }
    const refusal = framework.runBindPlugins(state, info, nodeName);
    if (refusal !== null) {
      this.options.failed(binding, refusal.message);
      return;
    }
    const slot = this.freeSlots.pop() ?? this.slots.push(null) - 1;
    this.slots[slot] = { binding, writes, written: 0 };
    this.goOn(slot);
  }

  private goOn(slot: number): void {
    const { writes, written } = this.slots[slot]!;
    const next = writes[written];
    if (next !== undefined) {
      this.options.client.submit(next, this.writtenAnswer, slot);
    } else if (written > 0) {
      const { engine } = this.options;
      engine.scheduleAfter(VOLUMES_POLL_MICROS, Phase.react, this.volumesBound, slot);
    } else {
      this.bind(slot);
    }
  }

  private bind(slot: number): void {
    const { queued, nodeName } = this.slots[slot]!.binding;
    const request = { verb: "bind", target: queued.pod, nodeName } as const;
    this.options.bindingClient.submit(request, this.boundAnswer, slot);
  }

  private written(slot: number, outcome: Outcome): void {
    const underWay = this.slots[slot]!;
    if (outcome.ok) {
      underWay.written += 1;
      this.goOn(slot);
      return;
    }
    this.release(slot);
    const message = `running PreBind plugin "VolumeBinding": ${outcome.message}`;
    this.options.failed(underWay.binding, message);
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

/** What must be written before the pod can be bound; a string says why it cannot. */
function preBindWrites({
  framework,
  state,
  info,
  nodeName,
}: BindingPod): readonly WriteRequest[] | string {
  const steps = framework.runPreBindPlugins(state, info, nodeName);
  if (steps instanceof Status) return steps.message;
  if (steps.length === 0) return NO_WRITES;
  const all: WriteRequest[] = [];
  for (const step of steps) {
    const writes = volumeWrites(step, framework);
    if (typeof writes === "string") return `running PreBind plugin "VolumeBinding": ${writes}`;
    all.push(...writes);
  }
  return all;
}

const NO_WRITES: readonly WriteRequest[] = [];
