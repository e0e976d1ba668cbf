import type { Labels, TopologySpreadConstraint } from "../../../api/kubernetes.js";
import type { Selector } from "../../../api/label-selector.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type Handle,
  MAX_NODE_SCORE,
  type NormalizeScorePlugin,
  type PreFilterExtensions,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type Result,
  type UniformScore,
} from "../../framework/interfaces.js";
import type { Reads } from "../../framework/reads.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import type { PodTemplateInfo } from "../../framework/pod-template-info.js";
import { Status } from "../../framework/status.js";
import { DefaultSelectors } from "../default-selector.js";
import { nodeHint, podHint } from "./spread-hints.js";
import { type SpreadConstraint, compileConstraints } from "./spread-constraint.js";
import { PLUGIN_NAME, SPREAD_FILTER_KEY, spreadFilterState } from "./spread-filter.js";
import { SPREAD_SCORE_KEY, spreadScoreState } from "./spread-score.js";
import { SpreadRule } from "./spread-rule.js";

export interface PodTopologySpreadArgs {
  readonly defaultingType: "System" | "List";
  /** For pods without constraints of their own. */
  readonly defaultConstraints: readonly TopologySpreadConstraint[];
}

/** What upstream spreads by where neither pod nor configuration says anything. */
const SYSTEM_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", maxSkew: 5 },
];

const SKIP = new Status("Skip", [], PLUGIN_NAME);
const MISSING = new Status(
  "Error",
  [`reading "${SPREAD_FILTER_KEY.name}" from cycleState: not found`],
  PLUGIN_NAME,
);
type When = "DoNotSchedule" | "ScheduleAnyway";
type ByWhen = Partial<Record<When, readonly SpreadConstraint[]>>;
const NONE: readonly never[] = Object.freeze([]);
const NO_LABELS: Labels = Object.freeze({});

/** Spreads the pods that a selector speaks of over the domains of a topology key. KEP-895. */
export class PodTopologySpread
  implements PreFilterPlugin, FilterPlugin, PreScorePlugin, NormalizeScorePlugin
{
  readonly name = PLUGIN_NAME;
  readonly reads: Reads = {
    pod: [
      "labels",
      "namespace",
      "requiredNodeAffinity",
      "tolerations",
      "spec.topologySpreadConstraints",
      "pod.ownerReferences",
    ],
    node: ["name", "labels", "taints", "pods", "podCount"],
    pods: ["labels", "namespace", "pod.deletionTimeMicros"],
    objects: ["services", "replicationControllers", "replicaSets", "statefulSets"],
    others: true,
  };
  readonly preFilterExtensions: PreFilterExtensions = {
    addPod: (state, incoming, added, node) => this.update(state, incoming, added, node, 1),
    removePod: (state, incoming, removed, node) => this.update(state, incoming, removed, node, -1),
  };
  private readonly defaults: readonly TopologySpreadConstraint[];
  private readonly hasDefaults: Readonly<Record<When, boolean>>;
  private readonly compiled = new WeakMap<PodTemplateInfo, ByWhen>();
  private readonly compiledDefaults = new WeakMap<Selector, ByWhen>();
  private readonly selectors: DefaultSelectors;
  private readonly logs: number[] = [];

  constructor(
    private readonly args: PodTopologySpreadArgs,
    private readonly handle: Handle,
  ) {
    this.defaults = args.defaultingType === "System" ? SYSTEM_CONSTRAINTS : args.defaultConstraints;
    const has = (when: When) =>
      this.defaults.some(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
    this.hasDefaults = {
      DoNotSchedule: has("DoNotSchedule"),
      ScheduleAnyway: has("ScheduleAnyway"),
    };
    this.selectors = new DefaultSelectors(handle.listers);
  }

  /** Where there are default constraints, every pod may have some. */
  get signsNone(): boolean {
    return this.defaults.length > 0;
  }

  signPod({ template }: PodInfo): string | null {
    return (template.spec.topologySpreadConstraints ?? []).length > 0 ? null : "";
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints: hints, NewNodesAwaitedByTaints } = this.handle.features;
    const { Add, Delete, UpdatePodLabel, UpdatePodToleration } = Action;
    const taints = hints || NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    const hard = (pod: PodVersion) => this.hardConstraints(pod);
    return [
      {
        event: hints
          ? clusterEvent("Pod", Add, Delete, UpdatePodLabel, UpdatePodToleration)
          : clusterEvent("Pod", Action.All),
        hint: podHint(hard),
      },
      {
        event: clusterEvent("Node", Add, Delete, Action.UpdateNodeLabel, taints),
        hint: nodeHint(hard),
      },
    ];
  }

  /** The hard constraints of a pod that waits. For hints, which are rare. */
  private hardConstraints(pod: PodVersion): readonly SpreadConstraint[] {
    const own = pod.spec.topologySpreadConstraints ?? NONE;
    if (own.length === 0) return this.defaultConstraints(pod, "DoNotSchedule");
    return compileConstraints(own, "DoNotSchedule", pod.labels, this.handle.features);
  }

  /**
   * The constraints that hold for the pod, its own or the default ones; the same array as long as
   * nothing has changed.
   */
  constraints(pod: PodInfo, when: When): readonly SpreadConstraint[] {
    const { template } = pod;
    const own = template.spec.topologySpreadConstraints ?? NONE;
    if (own.length === 0) return this.defaultConstraints(pod.pod, when);
    let known = this.compiled.get(template);
    if (known === undefined) {
      known = {};
      this.compiled.set(template, known);
    }
    known[when] ??= compileConstraints(own, when, template.labels, this.handle.features);
    return known[when];
  }

  private defaultConstraints(pod: PodVersion, when: When): readonly SpreadConstraint[] {
    if (!this.hasDefaults[when]) return NONE;
    const selector = this.selectors.of(pod);
    if (selector.matchesEverything) return NONE;
    let known = this.compiledDefaults.get(selector);
    if (known === undefined) {
      known = {};
      this.compiledDefaults.set(selector, known);
    }
    known[when] ??= this.withSelector(selector, when);
    return known[when];
  }

  /** The default constraints speak of what the selector says, whatever the pod's labels. */
  private withSelector(selector: Selector, when: When): readonly SpreadConstraint[] {
    const compiled = compileConstraints(this.defaults, when, NO_LABELS, this.handle.features);
    return compiled.map((constraint) => ({ ...constraint, selector, counts: true }));
  }

  countingRule(pod: PodInfo, known: unknown): SpreadRule | null {
    const hard = this.constraints(pod, "DoNotSchedule");
    const soft = this.constraints(pod, "ScheduleAnyway");
    if (hard.length + soft.length === 0) return null;
    if (known instanceof SpreadRule && known.constraints.hard === hard) {
      if (known.constraints.soft === soft) return known;
    }
    const { logs } = this;
    const requireAllKeys = this.requiresAllKeys(pod);
    // Default constraints select by what owns the pod, so its template does not tell.
    const key = hasOwn(pod) ? "" : selectorsText([...hard, ...soft]);
    return new SpreadRule(pod, { hard, soft, requireAllKeys, logs }, key);
  }

  /** False for the system's default constraints: a node without a zone still has a hostname. */
  private requiresAllKeys(pod: PodInfo): boolean {
    return hasOwn(pod) || this.args.defaultingType === "List";
  }

  preFilter(state: CycleState, pod: PodInfo): PreFilterResult {
    const constraints = this.constraints(pod, "DoNotSchedule");
    const idle = constraints.length === 0;
    const counted = spreadFilterState(pod, constraints, idle ? [] : this.handle.snapshot.nodes);
    // Of an idle one, too: what-ifs ask for it if a later plugin refuses the pod.
    state.write(SPREAD_FILTER_KEY, counted);
    return { status: idle ? SKIP : null, nodeNames: null };
  }

  private update(
    state: CycleState,
    incoming: PodInfo,
    changed: PodInfo,
    node: NodeInfo,
    by: 1 | -1,
  ): Result {
    const counted = state.read(SPREAD_FILTER_KEY);
    if (counted === undefined) return MISSING;
    counted.updateWithPod(incoming, changed, node, by);
    return null;
  }

  filter(state: CycleState, _pod: PodInfo, node: NodeInfo): Result {
    const counted = state.read(SPREAD_FILTER_KEY);
    return counted === undefined ? MISSING : counted.filter(node);
  }

  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Result {
    const constraints = this.constraints(pod, "ScheduleAnyway");
    const { features, snapshot } = this.handle;
    if (constraints.length === 0 && features.PreScoreSkip) return SKIP;
    const scored = spreadScoreState({
      pod,
      constraints,
      feasible: nodes,
      allNodes: snapshot.nodes,
      requireAllKeys: this.requiresAllKeys(pod),
    });
    state.write(SPREAD_SCORE_KEY, scored);
    return null;
  }

  uniformScore(state: CycleState): UniformScore | null {
    const scored = state.read(SPREAD_SCORE_KEY);
    return scored?.isEmpty === true ? { raw: 0, normalized: MAX_NODE_SCORE } : null;
  }

  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    return state.read(SPREAD_SCORE_KEY)?.score(node) ?? 0;
  }

  normalizeScore(
    state: CycleState,
    _pod: PodInfo,
    nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void {
    state.read(SPREAD_SCORE_KEY)?.normalize(nodes, scores);
  }
}

function hasOwn({ template }: PodInfo): boolean {
  return (template.spec.topologySpreadConstraints ?? NONE).length > 0;
}

function selectorsText(constraints: readonly SpreadConstraint[]): string {
  return constraints.map(({ selector }) => selector.toString()).join("|");
}
