import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type { Features } from "../../../api/features.js";
import {
  type FilterPlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import { Status } from "../../framework/status.js";

const NAME = "NodeName";
const MISMATCH = new Status(
  "UnschedulableAndUnresolvable",
  ["node(s) didn't match the requested node name"],
  NAME,
);

/** A pod whose spec names a node fits on that node alone. */
export class NodeName implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly reads: Reads = { pod: ["pod.nodeName", "spec.nodeName"], node: ["name"] };
  readonly preFilterExtensions = null;

  constructor(private readonly features: Features) {}

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const updates = this.features.SchedulerQueueingHints ? 0 : Action.Update;
    return [{ event: clusterEvent("Node", Action.Add, updates) }];
  }

  concerns({ pod, template }: PodInfo): boolean {
    return pod.nodeName !== "" || (template.spec.nodeName ?? "") !== "";
  }

  signPod({ template }: PodInfo): string {
    return template.spec.nodeName ?? "";
  }

  preFilter(): PreFilterResult {
    return PRE_FILTER_SUCCESS;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const wanted = pod.pod.nodeName || (pod.template.spec.nodeName ?? "");
    return wanted === "" || wanted === node.name ? null : MISMATCH;
  }
}
