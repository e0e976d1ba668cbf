import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";

/** A pod, and the cluster as it was when the pod was refused. */
export interface Refused {
  readonly framework: Framework;
  readonly pod: PodInfo;
}

/** Nodes that a rule about other pods, or about volumes, keeps the pod from. */
export interface Ruled extends Refused {
  readonly nodes: readonly NodeInfo[];
}
