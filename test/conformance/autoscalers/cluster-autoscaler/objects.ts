import type {
  Labels,
  NodeSpec,
  NodeStatus,
  OwnerReference,
  PodSpec,
} from "../../../../src/api/kubernetes.js";
import type { ObjectVersion } from "../../../../src/api/object-version.js";
import {
  type ConditionStatus,
  EMPTY_POD_STATUS,
  type PodPhase,
  type PodVersion,
} from "../../../../src/api/pod-version.js";
import type { PodDisruptionBudgetSpec } from "../../../../src/api/schemas/types.js";
import { formatTimestamp, parseTimestamp } from "../../../../src/api/timestamp.js";
import { MICROS_PER_HOUR, type TimeMicros } from "../../../../src/base/time.js";
import type { NodeVersion } from "../../../../src/scheduler/framework/node-info.js";
import { meta, object, pod } from "../../controllers/objects.js";

/** Second 0 of the cases, as milliseconds since 1970. */
const ZERO_MS = Date.UTC(2000, 0, 1);
/** What is there without a time of its own has been there since then. */
const LONG_AGO: TimeMicros = -MICROS_PER_HOUR;

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
}

export interface GivenNode {
  readonly metadata: Metadata;
  readonly spec?: NodeSpec;
  readonly status: NodeStatus;
}

export interface GivenPod {
  readonly metadata: Metadata & { readonly name: string };
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase?: PodPhase;
    readonly nominatedNodeName?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: ConditionStatus;
      readonly reason?: string;
    }[];
  };
}

export interface GivenBudget {
  readonly metadata: Metadata & { readonly name: string };
  readonly spec: PodDisruptionBudgetSpec;
  readonly status: { readonly disruptionsAllowed: number };
}

const microsOf = (text: string | undefined): TimeMicros | null => parseTimestamp(text, ZERO_MS);

/** An owner is told apart by kind, namespace and name. */
function ownerReference(namespace: string, owner: { kind: string; name: string }): OwnerReference {
  const { kind, name } = owner;
  return { apiVersion: "v1", controller: true, kind, name, uid: `${kind}/${namespace}/${name}` };
}

function metaOf(row: number, given: Metadata, namespace: string, nowMicros: TimeMicros) {
  const { name = "", labels = {}, annotations = {}, ownerReferences = [] } = given;
  return meta(row, name, {
    namespace,
    labels,
    annotations,
    creationTimeMicros: microsOf(given.creationTimestamp) ?? nowMicros,
    deletionTimeMicros: microsOf(given.deletionTimestamp),
    ownerReferences: ownerReferences.map((owner) => ownerReference(namespace, owner)),
  });
}

const READY = { type: "Ready", status: "True" } as const;

/** `nowMicros`: when it came, unless it says so itself. */
export function nodeVersion(
  given: GivenNode,
  row: number,
  nowMicros: TimeMicros = LONG_AGO,
): NodeVersion {
  const { name = "", labels } = given.metadata;
  const named = { ...given.metadata, labels: { "kubernetes.io/hostname": name, ...labels } };
  const stated = given.status.conditions ?? [];
  const conditions = stated.some(({ type }) => type === "Ready") ? stated : [READY, ...stated];
  const status: NodeStatus = {
    capacity: given.status.allocatable ?? {},
    ...given.status,
    conditions: conditions.map((condition) => {
      return { lastTransitionTime: formatTimestamp(nowMicros, ZERO_MS), ...condition };
    }),
  };
  return object("Node", metaOf(row, named, "", nowMicros), given.spec ?? {}, status);
}

/** `nowMicros`: when it was made, unless it says so itself. */
export function podVersion(
  given: GivenPod,
  row: number,
  nowMicros: TimeMicros = LONG_AGO,
): PodVersion {
  const { metadata, spec, status = {} } = given;
  const { nodeName = "" } = spec;
  const isBound = nodeName !== "";
  const conditions = status.conditions ?? (isBound ? [] : UNSCHEDULABLE);
  return pod(metaOf(row, metadata, metadata.namespace ?? "default", nowMicros), {
    spec: { schedulerName: "default-scheduler", ...spec },
    nodeName,
    nominatedNodeName: status.nominatedNodeName ?? "",
    phase: status.phase ?? (isBound ? "Running" : "Pending"),
    status: {
      ...EMPTY_POD_STATUS,
      conditions: conditions.map(({ type, status: is, reason = "" }) => {
        return { type, status: is, reason, message: "", lastTransitionTimeMicros: nowMicros };
      }),
    },
  });
}

const UNSCHEDULABLE = [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] as const;

export function budgetVersion(
  { metadata, spec, status }: GivenBudget,
  row: number,
): ObjectVersion<"PodDisruptionBudget"> {
  const { namespace = "default" } = metadata;
  const counts = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return object("PodDisruptionBudget", metaOf(row, metadata, namespace, LONG_AGO), spec, {
    ...counts,
    ...status,
  });
}

/** How `expect` calls a pod. */
export const podName = ({ namespace, name }: PodVersion): string =>
  namespace === "default" ? name : `${namespace}/${name}`;
