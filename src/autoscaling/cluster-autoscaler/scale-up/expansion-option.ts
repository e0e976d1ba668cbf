import type { PodVersion } from "../../../api/pod-version.js";
import type { NodeWithPods } from "../cluster-snapshot.js";
import type { NodeGroup } from "../node-group.js";

/** One way to help pods: so many nodes of a group. Source: cluster-autoscaler, `expander.Option`. */
export interface ExpansionOption {
  readonly group: NodeGroup;
  readonly template: NodeWithPods;
  readonly nodeCount: number;
  /** Those that the nodes would take. */
  readonly pods: readonly PodVersion[];
  /** Groups that the nodes may be shared with. */
  readonly similar: readonly NodeGroup[];
}
