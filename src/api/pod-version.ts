import type { TimeMicros } from "../base/time.js";
import type {
  ExtendedResourceClaimStatus,
  Labels,
  OwnerReference,
  PodResourceClaimStatus,
  PodSpec,
} from "./kubernetes.js";
import type { VersionMeta } from "./object-version.js";
import type { PodResourcesStatus } from "./pod-resources.js";

export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
export type ConditionStatus = "True" | "False" | "Unknown";

export interface PodCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastTransitionTimeMicros: TimeMicros;
  readonly reason: string;
  readonly message: string;
}

/** One container's status; exactly one of the three states, as in the API. */
export interface ContainerState {
  readonly name: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: "waiting" | "running" | "terminated";
  /** Why it waits or ended: ContainerCreating, CrashLoopBackOff, Completed, Error, OOMKilled … */
  readonly reason: string;
  readonly exitCode: number | null;
  readonly startedAtMicros: TimeMicros | null;
  readonly finishedAtMicros: TimeMicros | null;
  /** How the run before this one ended; null before the first restart. */
  readonly lastTermination: {
    readonly exitCode: number;
    readonly reason: string;
    readonly startedAtMicros: TimeMicros | null;
    readonly finishedAtMicros: TimeMicros | null;
  } | null;
}

/** The part of a pod's status that its phase leaves open. Shared between versions. */
export interface PodStatus {
  readonly conditions: readonly PodCondition[];
  readonly initContainers: readonly ContainerState[];
  readonly containers: readonly ContainerState[];
  /** When the kubelet accepted the pod. */
  readonly startTimeMicros: TimeMicros | null;
  readonly reason: string;
  readonly message: string;
  readonly podIP: string;
  /** What its containers were granted and have, where the status says it; see {@link PodResourcesStatus}. */
  readonly resources: PodResourcesStatus | null;
  /** Claims of devices that were made of templates, and those that are not needed. */
  readonly resourceClaimStatuses?: readonly PodResourceClaimStatus[];
  readonly extendedResourceClaimStatus?: ExtendedResourceClaimStatus;
}

export const EMPTY_POD_STATUS: PodStatus = Object.freeze({
  conditions: [],
  initContainers: [],
  containers: [],
  startTimeMicros: null,
  reason: "",
  message: "",
  podIP: "",
  resources: null,
});

export type PodFields = Omit<VersionMeta, never> & {
  readonly spec: PodSpec;
  readonly nodeName: string;
  readonly nominatedNodeName: string;
  readonly phase: PodPhase;
  readonly status: PodStatus;
};

/**
 * A version of a Pod: flat, a dozen fields in a fixed order, because pods churn. `spec` is shared by
 * reference between the pods of one template, after defaulting; `spec.nodeName` is what the creator
 * wrote, the binding is `nodeName`.
 */
export class PodVersion implements VersionMeta {
  readonly kind = "Pod" as const;

  constructor(
    readonly row: number,
    readonly uid: string,
    readonly namespace: string,
    readonly name: string,
    readonly generateName: string,
    readonly resourceVersion: number,
    readonly generation: number,
    readonly creationTimeMicros: TimeMicros,
    readonly deletionTimeMicros: TimeMicros | null,
    readonly deletionGracePeriodSeconds: number | null,
    readonly labels: Labels,
    readonly annotations: Labels,
    readonly ownerReferences: readonly OwnerReference[],
    readonly finalizers: readonly string[],
    readonly spec: PodSpec,
    /** Node the pod is bound to; empty while it is not. */
    readonly nodeName: string,
    readonly nominatedNodeName: string,
    readonly phase: PodPhase,
    readonly status: PodStatus,
    /** Whether its Ready condition is True: asked for far more often than it changes. */
    readonly isReady: boolean,
  ) {}

  static of(f: PodFields): PodVersion {
    return new PodVersion(
      f.row,
      f.uid,
      f.namespace,
      f.name,
      f.generateName,
      f.resourceVersion,
      f.generation,
      f.creationTimeMicros,
      f.deletionTimeMicros,
      f.deletionGracePeriodSeconds,
      f.labels,
      f.annotations,
      f.ownerReferences,
      f.finalizers,
      f.spec,
      f.nodeName,
      f.nominatedNodeName,
      f.phase,
      f.status,
      isReadyIn(f.status),
    );
  }

  /** The version that follows this one: the same pod with `change` laid over it. */
  next(change: Partial<PodFields>): PodVersion {
    return new PodVersion(
      this.row,
      this.uid,
      this.namespace,
      this.name,
      this.generateName,
      change.resourceVersion ?? this.resourceVersion,
      change.generation ?? this.generation,
      this.creationTimeMicros,
      change.deletionTimeMicros === undefined ? this.deletionTimeMicros : change.deletionTimeMicros,
      change.deletionGracePeriodSeconds === undefined
        ? this.deletionGracePeriodSeconds
        : change.deletionGracePeriodSeconds,
      change.labels ?? this.labels,
      change.annotations ?? this.annotations,
      change.ownerReferences ?? this.ownerReferences,
      change.finalizers ?? this.finalizers,
      change.spec ?? this.spec,
      change.nodeName ?? this.nodeName,
      change.nominatedNodeName ?? this.nominatedNodeName,
      change.phase ?? this.phase,
      change.status ?? this.status,
      change.status === undefined ? this.isReady : isReadyIn(change.status),
    );
  }
}

/** The condition of that type, if the pod has one. */
export function podCondition(pod: PodVersion, type: string): PodCondition | undefined {
  for (const condition of pod.status.conditions) {
    if (condition.type === type) return condition;
  }
  return undefined;
}

/** True when the pod's Ready condition is True. */
export function isPodReady(pod: PodVersion): boolean {
  return pod.isReady;
}

function isReadyIn({ conditions }: PodStatus): boolean {
  for (const { type, status } of conditions) if (type === "Ready") return status === "True";
  return false;
}

/** True when the pod has ended: Succeeded or Failed. */
export function isPodTerminal(pod: PodVersion): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed";
}

/** Neither ended nor being deleted: what a ReplicaSet counts as its replicas. */
export function isPodActive(pod: PodVersion): boolean {
  return !isPodTerminal(pod) && pod.deletionTimeMicros === null;
}

/** Conditions with `condition` put in; the time of the last transition is kept if its status is. */
export function withCondition(
  conditions: readonly PodCondition[],
  condition: PodCondition,
): readonly PodCondition[] {
  return withConditions(conditions, [condition]);
}

function since(
  lastTransitionTimeMicros: TimeMicros,
  { type, status, reason, message }: PodCondition,
): PodCondition {
  return { type, status, lastTransitionTimeMicros, reason, message };
}

/** Conditions with each of `changes` put in, as {@link withCondition} does; copied once at most. */
export function withConditions(
  conditions: readonly PodCondition[],
  changes: readonly PodCondition[],
): readonly PodCondition[] {
  let copy: PodCondition[] | null = null;
  for (const change of changes) {
    const now = copy ?? conditions;
    let at = 0;
    while (at < now.length && now[at]!.type !== change.type) at += 1;
    const before = now[at];
    if (before === undefined) {
      copy ??= [...conditions];
      copy.push(change);
      continue;
    }
    const isSame = before.status === change.status;
    if (isSame && before.reason === change.reason && before.message === change.message) continue;
    copy ??= [...conditions];
    copy[at] = isSame ? since(before.lastTransitionTimeMicros, change) : change;
  }
  if (copy === null || copy.length === conditions.length) return copy ?? conditions;
  // What has grown by a push has room for sixteen more, as long as the pod lives; a slice has none.
  return copy.slice();
}
