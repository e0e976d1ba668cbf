import type { AnyVersion } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { TrafficBatch } from "./traffic-batch.js";

export type EventType = "Normal" | "Warning";
export type AttemptResult = "scheduled" | "unschedulable" | "error";

/** How a step of the timeline stands: done, refused or given up, or not over when the run ended. */
export type StepState = "done" | "failed" | "unfinished";

/** A plugin that refused a pod on some node, and its reason in Kubernetes' words. */
export interface RefusalCause {
  readonly plugin: string;
  readonly reason: string;
}

/** What an Event is about; every stored version is one. Empty namespace: cluster-scoped. */
export interface ObjectReference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * What the rooms above tell whoever measures a run. An observer never acts: it writes no object,
 * schedules no event and draws no random number, so that a run's digest is the same with any of them.
 * Calls come in order of virtual time; several may come at one instant.
 */
export interface ClusterObserver {
  /**
   * A commit of the store: `before` is null for a create, `after` is null once the object is gone.
   * The first call for an object that a snapshot brought has `before` null and the time 0, and its
   * `creationTimeMicros` is negative.
   */
  objectChanged(before: AnyVersion | null, after: AnyVersion | null, timeMicros: TimeMicros): void;

  /**
   * One pass of a pod through the scheduling cycle. `refusal` is what Kubernetes says about it, as in
   * `0/3 nodes are available: 3 Insufficient cpu.`; the last one is kept. `causes` are the different
   * ones in it; none after an error.
   */
  schedulingAttempt(
    pod: PodVersion,
    result: AttemptResult,
    timeMicros: TimeMicros,
    refusal?: string,
    causes?: readonly RefusalCause[],
  ): void;

  /** A pod that was taken off its node for `reason` (EvictionByEvictionAPI, Evicted by its kubelet …). */
  podEvicted(pod: PodVersion, reason: string, timeMicros: TimeMicros): void;

  /** An eviction that `budgets` over the pod did not allow. */
  evictionRefused(
    pod: PodVersion,
    budgets: readonly ObjectReference[],
    timeMicros: TimeMicros,
  ): void;

  /** A drain has seen that a pod which it evicted is gone. */
  drainedPodGone?(pod: PodVersion, timeMicros: TimeMicros): void;

  /** A pod that the scheduler deleted to make room. */
  podPreempted(pod: PodVersion, reason: string, timeMicros: TimeMicros): void;

  /** What a running pod uses from now on; until told, half its CPU request and its memory request. */
  podUsage(pod: PodVersion, cpuMillis: number, memoryBytes: number, timeMicros: TimeMicros): void;

  /** So many ready pods like this one are what the requests to them ask for from now on. */
  podsNeeded?(like: PodVersion, count: number, timeMicros: TimeMicros): void;

  /** An autoscaler asked for nodes of a pool, so that these pods find room. */
  nodesAskedFor?(pool: string, pods: readonly PodVersion[], timeMicros: TimeMicros): void;

  /** What became of a traffic's requests since it was told last, until now. */
  trafficServed(batch: TrafficBatch, timeMicros: TimeMicros): void;

  /** Of those that elect a leader by that Lease there is one from now on, or none; first told when there is a candidate. */
  leadership?(lease: ObjectReference, isHeld: boolean, timeMicros: TimeMicros): void;

  /** A Kubernetes Event. */
  event(
    type: EventType,
    reason: string,
    object: ObjectReference,
    message: string,
    timeMicros: TimeMicros,
  ): void;

  /**
   * A step of the scenario's timeline: `operation` (`setImage`), its target and what it did, or why it
   * did not. One that failed is a Warning too, which is told by itself. Default: done.
   */
  timelineStep(
    operation: string,
    target: string,
    message: string,
    timeMicros: TimeMicros,
    state?: StepState,
  ): void;
}

/** Sees nothing: for runs that need no figures. */
export const UNOBSERVED: ClusterObserver = Object.freeze({
  objectChanged() {},
  schedulingAttempt() {},
  podEvicted() {},
  evictionRefused() {},
  podPreempted() {},
  podUsage() {},
  trafficServed() {},
  event() {},
  timelineStep() {},
});
