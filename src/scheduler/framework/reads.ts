import type { PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Listers } from "./listers.js";
import type { NodeInfo } from "./node-info.js";
import type { PodTemplateInfo } from "./pod-template-info.js";
import type { ReadonlyResources } from "./resources.js";

/** When an answer that rests on a part of a node may change. */
type Change =
  /** With the node's labels or taints, and when nodes come and go. */
  | "traits"
  /** With the object itself. */
  | "node"
  /** With the pods on it, too. */
  | "pods"
  /** With the images of any node, and the number of nodes. */
  | "images";

const NODE_PARTS = {
  name: "traits",
  labels: "traits",
  taints: "traits",
  zone: "traits",
  unschedulable: "node",
  allocatable: "node",
  allowedPodNumber: "node",
  node: "node",
  requested: "pods",
  nonZeroCpuMillis: "pods",
  nonZeroMemoryBytes: "pods",
  podCount: "pods",
  pods: "pods",
  podsWithAffinity: "pods",
  podsWithRequiredAntiAffinity: "pods",
  usedPorts: "pods",
  pvcRefCounts: "pods",
  imageStates: "images",
} as const satisfies Partial<Record<keyof NodeInfo, Change>>;

/**
 * A part of a {@link NodeInfo}: it stands for all below it. `node` is the API object; `imageStates` tell
 * on how many of how many nodes an image lies.
 */
export type NodePart =
  | Exclude<keyof typeof NODE_PARTS, "node">
  | `node.${"spec" | "status" | "annotations"}${"" | `.${string}`}`
  | `${"allocatable" | "requested"}.${keyof ReadonlyResources}`;

/**
 * A part of a pod: of its template (`tolerations`), of its spec (`spec.nodeName`), or of the object, in
 * which pods of one template may differ (`pod.ownerReferences`). It stands for all below it; of a list,
 * each element is meant (`spec.containers.image`).
 */
export type PodPart =
  | Exclude<keyof PodTemplateInfo, "id" | "spec">
  | `resources.${keyof PodTemplateInfo["resources"]}`
  | `spec.${keyof PodSpec}${"" | `.${string}`}`
  | `pod.${keyof PodVersion}`;

/** What of a pod on a node may change without a change of the node's being told. */
type UntoldPart =
  `pod.${"phase" | "status" | "annotations" | "nominatedNodeName" | "resourceVersion" | "generation" | "finalizers" | "deletionGracePeriodSeconds"}`;

/** A part of a pod on a node, whose every change is one of the node. */
type PlacedPodPart = Exclude<PodPart, UntoldPart>;

/**
 * What a plugin's answer for one pod on one node depends on, and nothing else: by this its answers are
 * remembered. Source: a test reads every pod and node through views that hold plugins to it.
 */
export interface Reads {
  /** Of the pod that comes. */
  readonly pod: readonly PodPart[];
  readonly node: readonly NodePart[];
  /** Of each pod on the node. */
  readonly pods?: readonly PlacedPodPart[];
  /** Kinds of which it reads other objects. */
  readonly objects?: readonly (keyof Listers)[];
  /** It looks at other nodes too, and reads the same of them. */
  readonly others?: true;
}

/** True if an answer may change with what `change` names, or with less. */
function changesWith({ node }: Reads, changes: readonly Change[]): boolean {
  return node.some((part) =>
    changes.includes(NODE_PARTS[part.split(".")[0] as keyof typeof NODE_PARTS]),
  );
}

/** True for the name of a part of a node, of whatever lies below it. */
export function isNodePart(part: string): part is NodePart {
  return Object.hasOwn(NODE_PARTS, part.split(".")[0]!);
}

/** True if pods that come and go may change an answer. */
export function readsPods(reads: Reads): boolean {
  return reads.pods !== undefined || changesWith(reads, ["pods"]);
}

export function readsImages(reads: Reads): boolean {
  return changesWith(reads, ["images"]);
}

/** True if an answer changes only with labels and taints of the node. */
export function readsTraitsOnly(reads: Reads): boolean {
  const { pods, objects, others } = reads;
  if (pods !== undefined || objects !== undefined || others !== undefined) return false;
  return !changesWith(reads, ["node", "pods", "images"]);
}

/** True if pods of one template may be answered differently. */
export function readsMoreThanTemplate({ pod }: Reads): boolean {
  return pod.some((part) => part.startsWith("pod."));
}
