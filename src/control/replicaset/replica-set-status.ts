import type { StatusOf } from "../../api/kinds.js";
import type { PodCounts } from "./pod-tally.js";

export type ReplicaSetStatus = StatusOf["ReplicaSet"];
type Condition = NonNullable<ReplicaSetStatus["conditions"]>[number];

const REPLICA_FAILURE = "ReplicaFailure";

/** What a status is told of. */
export interface StatusBase {
  readonly status: ReplicaSetStatus;
  readonly generation: number;
  readonly spec: { readonly replicas?: number };
}

/** What a sync found. */
export interface SyncFindings {
  readonly counts: PodCounts;
  /** Why creating or deleting pods went wrong in this sync; null where it did not. */
  readonly manageError: string | null;
}

/** How a controller tells statuses. */
export interface StatusTelling {
  /** Whether pods on their way out are told (gate DeploymentReplicaSetTerminatingReplicas). */
  readonly tellsTerminating: boolean;
  /** Now, as a timestamp of the API; asked for only where something is told. */
  readonly now: () => string;
}

/**
 * The status that follows from a sync, or that of the set itself when nothing changed.
 * Source: upstream's replica_set_utils; Kubernetes API reference, ReplicaSetStatus.
 */
export function replicaSetStatus(
  set: StatusBase,
  { counts, manageError }: SyncFindings,
  { tellsTerminating, now }: StatusTelling,
): ReplicaSetStatus {
  const { status: current, generation, spec } = set;
  const conditions =
    manageError === null
      ? withoutFailure(current.conditions)
      : withFailure(current.conditions, counts.replicas - (spec.replicas ?? 1), manageError, now);
  const terminating = tellsTerminating ? counts.terminatingReplicas : undefined;
  if (
    current.replicas === counts.replicas &&
    (current.fullyLabeledReplicas ?? 0) === counts.fullyLabeledReplicas &&
    (current.readyReplicas ?? 0) === counts.readyReplicas &&
    (current.availableReplicas ?? 0) === counts.availableReplicas &&
    current.terminatingReplicas === terminating &&
    current.observedGeneration === generation &&
    conditions === current.conditions
  ) {
    return current;
  }
  const { replicas, fullyLabeledReplicas, readyReplicas, availableReplicas } = counts;
  const status: ReplicaSetStatus = { replicas };
  if (fullyLabeledReplicas > 0) status.fullyLabeledReplicas = fullyLabeledReplicas;
  if (readyReplicas > 0) status.readyReplicas = readyReplicas;
  if (availableReplicas > 0) status.availableReplicas = availableReplicas;
  // A pointer upstream: 0 is told, too.
  if (terminating !== undefined) status.terminatingReplicas = terminating;
  status.observedGeneration = generation;
  if (conditions !== undefined) status.conditions = conditions;
  return status;
}

/** A failure is kept as it is until a sync goes well. */
function withoutFailure(conditions: Condition[] | undefined): Condition[] | undefined {
  if (conditions === undefined || !conditions.some(isFailure)) return conditions;
  const others = conditions.filter((condition) => !isFailure(condition));
  return others.length > 0 ? others : undefined;
}

/** `surplus`: pods beyond those that are wanted. */
function withFailure(
  conditions: Condition[] | undefined,
  surplus: number,
  message: string,
  now: () => string,
): Condition[] | undefined {
  if (surplus === 0 || conditions?.some(isFailure) === true) return conditions;
  const failure: Condition = {
    type: REPLICA_FAILURE,
    status: "True",
    lastTransitionTime: now(),
    reason: surplus < 0 ? "FailedCreate" : "FailedDelete",
    message,
  };
  return [...(conditions ?? []), failure];
}

function isFailure({ type }: Condition): boolean {
  return type === REPLICA_FAILURE;
}
