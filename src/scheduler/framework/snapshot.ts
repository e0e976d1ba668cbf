import type { NodeInfo } from "./node-info.js";

/**
 * The nodes as one scheduling cycle sees them. The simulated scheduler decides within one event, so
 * this may be a view of the live cluster state: nothing changes while a cycle reads it.
 */
export interface Snapshot {
  /** Every node that exists, in the order of evaluation (one of each zone in turn). */
  readonly nodes: readonly NodeInfo[];
  /** Nodes with pods that have affinity or anti-affinity to pods. */
  readonly nodesWithAffinity: ReadonlySet<NodeInfo>;
  /** Nodes with pods that have required anti-affinity. */
  readonly nodesWithRequiredAntiAffinity: ReadonlySet<NodeInfo>;
  /** The node of that name, if it exists. */
  get(name: string): NodeInfo | undefined;
  /** True if a pod of lower priority than this is counted on some node. */
  hasPodsBelow(priority: number): boolean;
  /** True if a pod on some node uses the claim `namespace/name`. */
  isPvcUsedByPods(key: string): boolean;
}
