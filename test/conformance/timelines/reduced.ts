import type { AnyVersion } from "../../../src/api/object-version.js";
import { isPodReady, type PodVersion, podCondition } from "../../../src/api/pod-version.js";

export type Reduced = Readonly<Record<string, unknown>>;

interface Loose {
  readonly generation: number;
  readonly deletionTimeMicros: number | null;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>> | undefined;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

const STATUS_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"],
  ReplicaSet: ["replicas", "availableReplicas", "readyReplicas"],
  ReplicationController: ["replicas", "availableReplicas", "readyReplicas"],
  StatefulSet: ["replicas", "updatedReplicas", "availableReplicas", "readyReplicas"],
  DaemonSet: ["desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable"],
  Job: ["active", "succeeded", "failed", "completedIndexes", "failedIndexes"],
  Namespace: ["phase"],
};

/** The fields of an object that a recording keeps, as far as a fact needs them; null: none is kept. */
export function reducedOf(object: AnyVersion): Reduced | null {
  if (object.kind === "Pod") return reducedPod(object);
  const { generation, deletionTimeMicros, spec, status = {} } = object as unknown as Loose;
  if (object.kind === "Node") return reducedNode(spec, status);
  if (object.kind === "CronJob") {
    return { active: ((status.active as readonly unknown[] | undefined) ?? []).length };
  }
  if (object.kind === "PodDisruptionBudget") {
    return { disruptionsAllowed: status.disruptionsAllowed ?? 0 };
  }
  if (object.kind === "ResourceQuota") return { used: status.used ?? null };
  if (object.kind === "HorizontalPodAutoscaler") {
    const { conditions = [] } = object.status;
    return { desired: object.status.desiredReplicas ?? 0, ...reducedConditions(conditions) };
  }
  const fields = STATUS_FIELDS[object.kind];
  if (fields === undefined) return null;
  const conditions = (status.conditions as readonly Condition[] | undefined) ?? [];
  return {
    generation,
    "spec.replicas": spec?.replicas ?? null,
    observed: status.observedGeneration ?? null,
    deleting: deletionTimeMicros !== null,
    ...Object.fromEntries(fields.map((field) => [field, status[field] ?? null])),
    ...reducedConditions(conditions),
    ...(object.kind === "StatefulSet" && {
      rolledOut: status.currentRevision === status.updateRevision,
    }),
  };
}

function reducedConditions(conditions: readonly Condition[]): Reduced {
  return Object.fromEntries(
    conditions.map(({ type, status, reason }) => [`cond.${type}`, `${status}:${reason ?? ""}`]),
  );
}

function reducedPod(pod: PodVersion): Reduced {
  const scheduled = podCondition(pod, "PodScheduled");
  return {
    phase: pod.phase,
    ready: isPodReady(pod),
    node: pod.nodeName || null,
    deleting: pod.deletionTimeMicros !== null,
    unscheduled: scheduled?.status === "False" ? scheduled.reason : null,
    nominated: pod.nominatedNodeName || null,
    disruption: podCondition(pod, "DisruptionTarget")?.reason ?? null,
  };
}

function reducedNode(spec: Loose["spec"], status: Reduced): Reduced {
  const taints = (spec.taints as readonly { key: string; effect: string }[] | undefined) ?? [];
  const conditions = (status.conditions as readonly Condition[] | undefined) ?? [];
  return {
    ready: conditions.find(({ type }) => type === "Ready")?.status ?? null,
    taints: taints
      .map(({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`)
      .sort(),
  };
}
