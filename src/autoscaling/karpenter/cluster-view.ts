import type { Labels, PodSpec } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { InstanceType } from "./instance-type.js";
import type { StateNode } from "./state-node.js";
import type { VolumeObjects } from "./volume-needs.js";

export type NodePool = Pick<ObjectVersion<"NodePool">, "name" | "uid" | "spec">;

/** The pod that a DaemonSet would make. */
export interface DaemonPod {
  readonly namespace: string;
  readonly name: string;
  readonly spec: PodSpec;
}

/** The cluster at one moment, as Karpenter decides on it. */
export interface ClusterView {
  readonly nowMicros: number;
  /** Those that can make nodes: ready, not being deleted, without a fixed number of nodes. */
  readonly nodePools: readonly NodePool[];
  /** What the cloud offers; all pools see the same. */
  readonly instanceTypes: readonly InstanceType[];
  readonly nodes: readonly StateNode[];
  /** Pods without a node. */
  readonly unboundPods: readonly PodVersion[];
  readonly daemonPods: readonly DaemonPod[];
  readonly budgets: readonly ObjectVersion<"PodDisruptionBudget">[];
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly volumes: VolumeObjects;
}
