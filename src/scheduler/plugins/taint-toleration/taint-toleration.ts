import type { Taint, Toleration } from "../../../api/kubernetes.js";
import { anyTolerates, firstUntolerated } from "../../../api/taints.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import type { Features } from "../../../api/features.js";
import {
  type FilterPlugin,
  type NormalizeScorePlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import { Status } from "../../framework/status.js";
import { defaultNormalizeScore } from "../normalize-score.js";
import { signTolerations } from "../pod-signature.js";

const NAME = "TaintToleration";
const REPELLING = ["NoSchedule", "NoExecute"];
const SOFT = "PreferNoSchedule";

/** Taints repel pods that do not tolerate them; `PreferNoSchedule` only costs score. */
export class TaintToleration
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, NormalizeScorePlugin
{
  readonly name = NAME;
  readonly reads: Reads = { pod: ["tolerations"], node: ["taints"] };
  readonly preFilterExtensions = null;
  /** One status for all nodes with the same first untolerated taint. */
  private readonly refusals = new Map<string, Status>();
  private readonly options: { readonly comparisonOperators: boolean };

  constructor(private readonly features: Features) {
    this.options = { comparisonOperators: features.TaintTolerationComparisonOperators };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const repels = (taints: readonly Taint[], tolerations: readonly Toleration[]): boolean =>
      firstUntolerated(taints, tolerations, REPELLING, this.options) !== undefined;
    // Without hints any update of the pod is another try.
    if (!this.features.SchedulerQueueingHints) {
      return [{ event: clusterEvent("Node", Action.Add, Action.Update) }];
    }
    return [
      {
        event: clusterEvent("Node", Action.Add, Action.UpdateNodeTaint),
        hint: (pod, before, after) => {
          if (after?.kind !== "Node") return "Skip";
          const tolerations = pod.spec.tolerations ?? [];
          if (repels(after.spec.taints ?? [], tolerations)) return "Skip";
          const was = before?.kind === "Node" ? (before.spec.taints ?? []) : null;
          return was === null || repels(was, tolerations) ? "Queue" : "Skip";
        },
      },
      {
        event: clusterEvent("Pod", Action.UpdatePodToleration),
        hint: (pod, _before, after) => (after?.uid === pod.uid ? "Queue" : "Skip"),
      },
    ];
  }

  signPod({ template }: PodInfo): string {
    return signTolerations(template);
  }

  preFilter(): PreFilterResult {
    return PRE_FILTER_SUCCESS;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    if (node.taints.length === 0) return null;
    const { tolerations } = pod.template;
    const taint = firstUntolerated(node.taints, tolerations, REPELLING, this.options);
    return taint === undefined ? null : this.refusal(taint);
  }

  private refusal(taint: Taint): Status {
    const text = this.features.TaintReasonWithoutTaint
      ? "(s)"
      : ` {${taint.key}: ${taint.value ?? ""}}`;
    const known = this.refusals.get(text);
    if (known !== undefined) return known;
    const reason = `node(s) had untolerated taint${text}`;
    const status = new Status("UnschedulableAndUnresolvable", [reason], NAME);
    this.refusals.set(text, status);
    return status;
  }

  preScore(): Result {
    return null;
  }

  /** How many soft taints of the node the pod does not tolerate. */
  score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
    let count = 0;
    for (const taint of node.taints) {
      if (taint.effect !== SOFT) continue;
      if (!anyTolerates(pod.template.tolerations, taint, this.options)) count += 1;
    }
    return count;
  }

  normalizeScore(
    _state: CycleState,
    _pod: PodInfo,
    _nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    defaultNormalizeScore(scores, { reverse: true });
  }
}
