import { CLAIM_FINALIZER } from "../api/devices.js";
import { type PodCondition, type PodVersion, podCondition } from "../api/pod-version.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver, RefusalCause } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Informer } from "../store/informer.js";
import type { PodChange } from "../store/request.js";
import type { ClusterState } from "./framework/cluster-state.js";
import type { ClaimWrite } from "./framework/interfaces.js";
import type { PodNominator } from "./framework/nominator.js";
import type { Happening } from "./queueing-hints.js";
import type { QueuedPod } from "./queue/queued-pod.js";
import type { SchedulingQueue } from "./queue/scheduling-queue.js";

export interface FailureHandlerOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly pods: Informer<"Pod">;
  readonly state: ClusterState;
  readonly nominator: PodNominator;
  readonly queue: SchedulingQueue<Happening>;
}

/** How an attempt failed. */
export interface Failure {
  readonly reason: "Unschedulable" | "SchedulerError";
  readonly message: string;
  /** Plugins that refused the pod; none after an error. */
  readonly rejectors: readonly string[];
  /** The same with their different reasons. */
  readonly causes: readonly RefusalCause[];
  /** A node to nominate the pod on, "" to clear its nomination, null to leave it. */
  readonly nominatedNodeName: string | null;
}

/**
 * What follows a failed attempt: the pod goes back to the queue, and its condition says why.
 * Source: kube-scheduler, `handleSchedulingFailure`.
 */
export class FailureHandler {
  private readonly ignored: AnswerId;

  constructor(private readonly options: FailureHandlerOptions) {
    // A refusal here means that the pod is gone or changed; its next version will say so.
    this.ignored = options.client.onAnswer(() => undefined);
  }

  handle(queued: QueuedPod, failure: Failure): void {
    const { engine, observer, queue, pods } = this.options;
    const result = failure.reason === "Unschedulable" ? "unschedulable" : "error";
    const { message, causes } = failure;
    observer.schedulingAttempt(queued.pod, result, engine.now, message, causes);
    const newest = pods.at(queued.pod.row);
    if (newest === undefined || newest.uid !== queued.pod.uid || newest.nodeName !== "") {
      queue.done(queued);
      return;
    }
    queued.pod = newest;
    queue.putBack(queued, failure.rejectors, engine.now);
    this.nominate(newest, failure.nominatedNodeName);
    observer.event("Warning", "FailedScheduling", newest, failure.message, engine.now);
    this.writeStatus(newest, failure);
  }

  /** An attempt that nobody refused: something went wrong. */
  error(queued: QueuedPod, message: string): void {
    const nobody = { rejectors: [], causes: [] };
    this.handle(queued, { reason: "SchedulerError", message, ...nobody, nominatedNodeName: "" });
  }

  /** Gives devices back that the pod cannot use where they are, or does not come to use. */
  writeClaim(write: ClaimWrite): void {
    const { client } = this.options;
    const { claim } = write;
    if (write.kind === "unreserve") {
      const { kind, namespace, name, uid } = claim;
      const target = { kind, namespace, name, uid };
      const patch = { status: { reservedFor: [{ $patch: "delete", uid: write.podUid }] } };
      client.submit({ verb: "merge", target, patch, subresource: "status" }, this.ignored);
      return;
    }
    if (write.kind === "deallocate") {
      const { allocation: _, reservedFor: __, devices: ___, ...status } = claim.status ?? {};
      client.submit({ verb: "update", base: claim, change: { status } }, this.ignored);
      return;
    }
    const finalizers = claim.finalizers.filter((name) => name !== CLAIM_FINALIZER);
    client.submit({ verb: "patch", target: claim, change: { finalizers } }, this.ignored);
    client.submit({ verb: "delete", target: claim }, this.ignored);
  }

  /** An attempt that says nothing of the nomination leaves what the pod's status says. */
  private nominate(pod: PodVersion, decided: string | null): void {
    const { nominator, state } = this.options;
    const nodeName = decided ?? pod.nominatedNodeName;
    if (nodeName === "") nominator.delete(pod.uid);
    else nominator.add(state.podInfos.podInfo(pod), nodeName);
  }

  private writeStatus(pod: PodVersion, failure: Failure): void {
    const before = podCondition(pod, "PodScheduled");
    const nominated = failure.nominatedNodeName ?? pod.nominatedNodeName;
    const unchanged =
      before?.status === "False" &&
      before.reason === failure.reason &&
      before.message === failure.message &&
      pod.nominatedNodeName === nominated;
    if (unchanged) return;
    const condition: PodCondition = {
      type: "PodScheduled",
      status: "False",
      lastTransitionTimeMicros: this.options.engine.now,
      reason: failure.reason,
      message: failure.message,
    };
    const change: PodChange = { setConditions: [condition], nominatedNodeName: nominated };
    this.options.client.submit({ verb: "patch", target: pod, change }, this.ignored);
  }
}
