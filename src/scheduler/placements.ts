import type { TimeMicros } from "../base/time.js";
import { BindingCycle, type BindingPod } from "./binding-cycle.js";
import type { FailureHandler } from "./failure-handler.js";
import { Action } from "./framework/cluster-event.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { PodNominator } from "./framework/nominator.js";
import type { Framework } from "./framework/runtime.js";
import type { Scheduled } from "./framework/scheduling-algorithm.js";
import { isRejected, Status } from "./framework/status.js";
import type { PermitWaits } from "./permit-waits.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";
import type { Happening } from "./queueing-hints.js";
import type { SchedulerCache } from "./scheduler-cache.js";
import type { SchedulerOptions } from "./scheduler-options.js";

export interface PlacementsOptions {
  readonly scheduler: SchedulerOptions;
  readonly state: ClusterState;
  readonly cache: SchedulerCache;
  readonly nominator: PodNominator;
  readonly queue: SchedulingQueue<Happening>;
  readonly failures: FailureHandler;
  readonly waits: PermitWaits;
  /** Called after anything that may have made a pod ready to be scheduled. */
  readonly wake: () => void;
}

/**
 * What becomes of a pod that a node was found for. Whatever refuses it on the way, it gives the node back:
 *
 *     assume ─► reserve ─► permit ─► (waiting) ─► binding cycle ─► bound
 *                 └──────────┴───────────┴──────────────┴────────► back to the queue
 */
export class Placements {
  private readonly bindings: BindingCycle;

  constructor(private readonly options: PlacementsOptions) {
    const { engine, informers, bindingClient, client, observer } = options.scheduler;
    const pods = informers.informer("Pod");
    this.bindings = new BindingCycle({
      engine,
      bindingClient,
      client,
      exists: ({ row, uid }) => pods.at(row)?.uid === uid,
      observer,
      bound: (binding) => this.bound(binding),
      failed: (binding, message) => this.bindingFailed(binding, message),
    });
  }

  place(queued: QueuedPod, framework: Framework, outcome: Scheduled): void {
    const { state, cache, nominator, queue, waits } = this.options;
    const nodeName = outcome.node.name;
    if (queue.get(queued.pod.uid) !== queued) {
      // The pod was deleted, or bound by another party, while the cycle ran.
      queue.done(queued);
      return;
    }
    // The pod's newest version, which may have other labels than the one that was decided on.
    const info = state.podInfos.podInfo(queued.pod);
    cache.assume(info, outcome.node);
    queue.assumed(queued);
    nominator.delete(queued.pod.uid);
    const binding = { queued, framework, state: outcome.state, info, nodeName };
    const reserved = framework.runReservePlugins(outcome.state, info, nodeName);
    if (reserved !== null) {
      this.bindingFailed(binding, reserved.message);
      return;
    }
    const permit = framework.runPermitPlugins(outcome.state, info, nodeName);
    if (permit === null) this.begin(binding);
    else if (!(permit instanceof Status)) waits.hold(binding, permit);
    else if (isRejected(permit)) this.permitRefused(binding, permit.plugin, permit.message);
    else this.bindingFailed(binding, `running Permit plugin "${permit.plugin}": ${permit.message}`);
  }

  /** Nothing holds the pod back any more. */
  begin(binding: BindingPod): void {
    this.bindings.begin(binding);
  }

  /** The pod gives its node back and is unschedulable, by that plugin on that one node. */
  permitRefused(binding: BindingPod, plugin: string, reason: string): void {
    const { queued } = binding;
    this.giveBack(binding, reason);
    this.options.failures.handle(queued, {
      reason: "Unschedulable",
      message: `0/1 nodes are available: 1 ${reason}.`,
      rejectors: [plugin],
      causes: [{ plugin, reason }],
      nominatedNodeName: null,
    });
    this.freed(binding, (other) => other !== queued);
    this.options.wake();
  }

  private get now(): TimeMicros {
    return this.options.scheduler.engine.now;
  }

  private bound({ queued }: BindingPod): void {
    const { scheduler, queue, wake } = this.options;
    scheduler.observer.schedulingAttempt(queued.pod, "scheduled", this.now);
    queue.done(queued);
    wake();
  }

  private bindingFailed(binding: BindingPod, message: string): void {
    this.giveBack(binding, message);
    // What it had taken is told first, so that the pod itself is one of those that missed a move.
    this.freed(binding);
    this.options.failures.error(binding.queued, message);
    this.options.wake();
  }

  private giveBack(binding: BindingPod, message: string): void {
    const { queued, framework, state, info, nodeName } = binding;
    for (const write of framework.runUnreservePlugins(state, info, nodeName)) {
      this.options.failures.writeClaim(write);
    }
    this.options.cache.forget(queued.pod.uid);
    this.options.scheduler.decisions?.bindingFailed(queued.pod, message, this.now);
  }

  /** What the pod had taken is free again: for others as if it had been deleted. */
  private freed({ queued, nodeName }: BindingPod, admits?: (other: QueuedPod) => boolean): void {
    const event = { resource: "AssignedPod", actions: Action.Delete } as const;
    const before = queued.pod.next({ nodeName });
    this.options.queue.moveOnEvent({ event, before, after: null }, this.now, admits);
  }
}
