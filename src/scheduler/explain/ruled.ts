import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";

/** Nodes that a rule about other pods keeps the pod from. */
export interface Ruled {
  readonly framework: Framework;
  readonly pod: PodInfo;
  readonly nodes: readonly NodeInfo[];
}
