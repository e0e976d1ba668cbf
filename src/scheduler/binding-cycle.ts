import { objectKey } from "../api/object-version.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { Engine } from "../kernel/engine.js";
import type { CycleState } from "./framework/cycle-state.js";
import type { PodInfo } from "./framework/pod-info.js";
import type { Framework } from "./framework/runtime.js";
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
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly bound: (binding: BindingPod) => void;
  readonly failed: (binding: BindingPod, message: string) => void;
}

/** PreBind and Bind, which run beside the next pods' scheduling cycles and take API calls. */
export class BindingCycle {
  private readonly slots: (BindingPod | null)[] = [];
  private readonly freeSlots: number[] = [];
  private readonly answer: AnswerId;

  constructor(private readonly options: BindingCycleOptions) {
    this.answer = options.client.onAnswer((outcome, slot) => this.answered(slot, outcome));
  }

  /** Pods that are assumed and not yet bound. */
  get underWay(): number {
    return this.slots.length - this.freeSlots.length;
  }

  begin(binding: BindingPod): void {
    const { framework, state, info, nodeName } = binding;
    const steps = framework.runPreBindPlugins(state, info, nodeName);
    if (steps instanceof Status) {
      this.options.failed(binding, steps.message);
      return;
    }
    const refusal = framework.runBindPlugins(state, info, nodeName);
    if (refusal !== null) {
      this.options.failed(binding, refusal.message);
      return;
    }
    const slot = this.freeSlots.pop() ?? this.slots.push(null) - 1;
    this.slots[slot] = binding;
    const target = binding.queued.pod;
    this.options.client.submit({ verb: "bind", target, nodeName }, this.answer, slot);
  }

  private answered(slot: number, outcome: Outcome): void {
    const binding = this.slots[slot]!;
    this.slots[slot] = null;
    this.freeSlots.push(slot);
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
}
