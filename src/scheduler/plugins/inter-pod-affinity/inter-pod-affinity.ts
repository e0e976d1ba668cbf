import { canonicalJson } from "../../../base/canonical-json.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type Handle,
  type NormalizeScorePlugin,
  PRE_FILTER_SUCCESS,
  type PreFilterExtensions,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type Result,
  type UniformScore,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { Reads } from "../../framework/reads.js";
import { Status } from "../../framework/status.js";
import { AFFINITY_FILTER_KEY, affinityFilterState, PLUGIN_NAME } from "./affinity-filter.js";
import { nodeHint, podHint } from "./affinity-hints.js";
import { AffinityRule } from "./affinity-rule.js";
import {
  AFFINITY_SCORE_KEY,
  affinityScoreState,
  type InterPodAffinityArgs,
} from "./affinity-score.js";

const SKIP = new Status("Skip", [], PLUGIN_NAME);
const MISSING = new Status(
  "Error",
  [`error reading "${AFFINITY_FILTER_KEY.name}" from cycleState: not found`],
  PLUGIN_NAME,
);

/** Affinity and anti-affinity between pods, required and preferred, in both directions. */
export class InterPodAffinity
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, NormalizeScorePlugin
{
  readonly name = PLUGIN_NAME;
  readonly reads: Reads = {
    pod: [
      "labels",
      "namespace",
      "hasAffinity",
      "terms",
      "requiredAffinityTerms",
      "requiredAntiAffinityTerms",
      "preferredAffinityTerms",
      "preferredAntiAffinityTerms",
      "readsNamespaces",
      "parseError",
    ],
    node: ["labels", "pods", "podsWithAffinity", "podsWithRequiredAntiAffinity"],
    pods: [
      "labels",
      "namespace",
      "hasAffinity",
      "readsNamespaces",
      "requiredAffinityTerms",
      "requiredAntiAffinityTerms",
      "preferredAffinityTerms",
      "preferredAntiAffinityTerms",
    ],
    objects: ["namespaces"],
    others: true,
  };
  readonly countsPodsOnly = true;
  readonly preFilterExtensions: PreFilterExtensions = {
    addPod: (state, _incoming, added, node) => update(state, added, node, 1),
    removePod: (state, _incoming, removed, node) => update(state, removed, node, -1),
  };

  constructor(
    private readonly args: InterPodAffinityArgs,
    private readonly handle: Handle,
  ) {}

  signPod({ template }: PodInfo): string | null {
    if (template.hasAffinity) return null;
    return this.args.ignorePreferredTermsOfExistingPods ? "" : canonicalJson(template.labels);
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints, NewNodesAwaitedByTaints } = this.handle.features;
    const pods = SchedulerQueueingHints
      ? clusterEvent("Pod", Action.Add, Action.Delete, Action.UpdatePodLabel)
      : clusterEvent("Pod", Action.All);
    const taints = NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    return [
      { event: pods, hint: podHint },
      { event: clusterEvent("Node", Action.Add, Action.UpdateNodeLabel, taints), hint: nodeHint },
    ];
  }

  countingRule({ template }: PodInfo, known: unknown): AffinityRule | null | undefined {
    if (template.parseError !== "") return undefined;
    const { snapshot } = this.handle;
    if (!template.hasAffinity && snapshot.nodesWithAffinity.size === 0) return null;
    if (known instanceof AffinityRule && !known.isOutdated) return known;
    return new AffinityRule(template, this.args, this.handle);
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterResult {
    if (pod.template.parseError !== "") {
      const reason = `parsing pod: ${pod.template.parseError}`;
      const status = new Status("UnschedulableAndUnresolvable", [reason], PLUGIN_NAME);
      return { status, nodeNames: null };
    }
    const counted = affinityFilterState(pod, this.handle);
    if (counted.isEmpty && this.handle.features.InterPodAffinityPreFilterSkip) {
      return { status: SKIP, nodeNames: null };
    }
    state.write(AFFINITY_FILTER_KEY, counted);
    return PRE_FILTER_SUCCESS;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Result {
    const counted = state.read(AFFINITY_FILTER_KEY);
    return counted === undefined ? MISSING : counted.filter(node);
  }

  preScore(state: CycleState, pod: PodInfo): Result {
    const scored = affinityScoreState(pod, this.args, this.handle);
    if (scored.isEmpty && this.handle.features.PreScoreSkip) return SKIP;
    state.write(AFFINITY_SCORE_KEY, scored);
    return null;
  }

  uniformScore(state: CycleState): UniformScore | null {
    return state.read(AFFINITY_SCORE_KEY)?.isEmpty === true ? { raw: 0, normalized: 0 } : null;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    return state.read(AFFINITY_SCORE_KEY)?.score(node) ?? 0;
  }

  normalizeScore(
    state: CycleState,
    _pod: PodInfo,
    _nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    state.read(AFFINITY_SCORE_KEY)?.normalize(scores);
  }
}

function update(state: CycleState, changed: PodInfo, node: NodeInfo, by: 1 | -1): Result {
  const counted = state.read(AFFINITY_FILTER_KEY);
  if (counted === undefined) return MISSING;
  counted.updateWithPod(changed, node, by);
  return null;
}
