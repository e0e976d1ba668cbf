import type { PodVersion } from "../../api/pod-version.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";

/** Is told of each pod that is counted on its row (1), or no longer (-1), after the fact. */
export type PodObserver = (info: PodInfo, sign: 1 | -1) => void;

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
  /** Grows whenever a node comes, goes, or its object changes. */
  readonly nodesVersion: number;
  /** Shows `observer` every pod that is counted, and each one that comes or goes from now on. */
  observePods(observer: PodObserver): void;
  /** Compiles pods. */
  readonly podInfos: { podInfo(pod: PodVersion): PodInfo };
}
