import { anyTolerates } from "../../../api/taints.js";
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
import { signTolerations } from "../pod-signature.js";

const NAME = "NodeUnschedulable";
const CORDONED = new Status("UnschedulableAndUnresolvable", ["node(s) were unschedulable"], NAME);
const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** A cordoned node takes only pods that tolerate its taint, even where the taint is not set. */
export class NodeUnschedulable implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly reads: Reads = { pod: ["tolerations"], node: ["unschedulable"] };
  readonly preFilterExtensions = null;

  constructor(private readonly features: Features) {}

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const events: ClusterEventWithHint[] = [
      {
        event: clusterEvent("Node", Action.Add, Action.UpdateNodeTaint),
        hint: (_pod, before, after) => {
          const was = before?.kind === "Node" && before.spec.unschedulable === true;
          const is = after?.kind === "Node" && after.spec.unschedulable === true;
          return !is && (before === null || was) ? "Queue" : "Skip";
        },
      },
    ];
    // Without hints any update of the pod is another try.
    if (!this.features.SchedulerQueueingHints) return events;
    events.push({
      event: clusterEvent("Pod", Action.UpdatePodToleration),
      hint: (pod, _before, after) =>
        after?.kind === "Pod" &&
        after.uid === pod.uid &&
        anyTolerates(after.spec.tolerations ?? [], TAINT)
          ? "Queue"
          : "Skip",
    });
    return events;
  }

  signPod({ template }: PodInfo): string {
    return signTolerations(template);
  }

  preFilter(): PreFilterResult {
    return PRE_FILTER_SUCCESS;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    if (!node.unschedulable) return null;
    return anyTolerates(pod.template.tolerations, TAINT) ? null : CORDONED;
  }
}
