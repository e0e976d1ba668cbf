import type { StatusOf } from "../../api/kinds.js";
import type { PodCounts } from "./pod-tally.js";

export type ReplicaSetStatus = StatusOf["ReplicaSet"];
type Condition = NonNullable<ReplicaSetStatus["conditions"]>[number];

const REPLICA_FAILURE = "ReplicaFailure";

export interface StatusInput {
  readonly current: ReplicaSetStatus;
  readonly counts: PodCounts;
  /** Whether pods on their way out are told (gate DeploymentReplicaSetTerminatingReplicas). */
  readonly tellsTerminating: boolean;
  readonly generation: number;
  /** `spec.replicas`. */
  readonly desired: number;
  /** Why creating or deleting pods went wrong in this sync; null where it did not. */
  readonly manageError: string | null;
  /** Now, as a timestamp of the API; asked for only where something is told. */
  readonly now: () => string;
}

/**
 * The status that follows from a sync, or `current` itself when nothing changed.
 * Source: upstream's replica_set_utils; Kubernetes API reference, ReplicaSetStatus.
 */
export function replicaSetStatus(input: StatusInput): ReplicaSetStatus {
  const { current, counts, generation } = input;
  const conditions = withFailure(input);
  const terminating = input.tellsTerminating ? counts.terminatingReplicas : undefined;
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

/** A failure is reported when it appears and kept as it is until a sync goes well. */
function withFailure(input: StatusInput): Condition[] | undefined {
  const { counts, desired, manageError, now } = input;
  const conditions = input.current.conditions;
  const existing = conditions?.find((condition) => condition.type === REPLICA_FAILURE);
  if (manageError === null) {
    if (existing === undefined) return conditions;
    const others = conditions!.filter((condition) => condition !== existing);
    return others.length > 0 ? others : undefined;
  }
  const reason = counts.replicas < desired ? "FailedCreate" : "FailedDelete";
  if (existing !== undefined || counts.replicas === desired) return conditions;
  const failure: Condition = {
    type: REPLICA_FAILURE,
    status: "True",
    lastTransitionTime: now(),
    reason,
    message: manageError,
  };
  return [...(conditions ?? []), failure];
}
