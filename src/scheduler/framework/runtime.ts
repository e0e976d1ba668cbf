import type { TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import type { CycleState } from "./cycle-state.js";
import type { ExtensionPoint } from "./extension-point.js";
import type { Features } from "../../api/features.js";
import type {
  BindPlugin,
  ClaimWrite,
  FilterPlugin,
  Handle,
  NodeStatuses,
  NormalizeScorePlugin,
  PermitPlugin,
  Plugin,
  PostBindPlugin,
  PostFilterPlugin,
  PostFilterResult,
  PreBindPlan,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterExtensions,
  PreFilterOutcome,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ReservePlugin,
  Result,
  ScorePlugin,
} from "./interfaces.js";
import type { Listers } from "./listers.js";
import type { NodeInfo } from "./node-info.js";
import type { Nominator } from "./nominator.js";
import type { PodInfo } from "./pod-info.js";
import { PodSigner } from "./pod-signer.js";
import { runPreFilters } from "./pre-filters.js";
import { runPostFilters } from "./post-filters.js";
import { FIRST_FIT, type FactoryOf, type ResolvedProfile } from "./profile.js";
import type { ScalarResources } from "./resources.js";
import { NO_PREEMPTIONS, type RunningPreemptions } from "./running-preemptions.js";
import type { Snapshot } from "./snapshot.js";
import { NO_WAITING_PODS, type WaitingPods } from "./waiting-pods.js";
import { asError, isRejected, Status } from "./status.js";

/** What a framework reads, and where its random choices come from. */
export interface Surroundings {
  readonly features: Features;
  readonly snapshot: Snapshot;
  readonly listers: Listers;
  readonly nominator: Nominator;
  readonly scalars: ScalarResources;
  /** See {@link Handle.offset}. */
  readonly offset: (n: number) => number;
  /** Default: none ever waits. */
  readonly waitingPods?: WaitingPods;
  /** Default: none ever does. */
  readonly preemptions?: RunningPreemptions;
  /** See {@link Handle.draw}; default: 0 always. */
  readonly draw?: (stream: string, n: number) => number;
  /** See {@link Handle.expectedRunMicros}; default: nobody knows. */
  readonly expectedRunMicros?: (pod: PodVersion) => TimeMicros | null;
}

/** A score plugin of a profile with its weight. */
export interface WeightedScorePlugin {
  readonly plugin: ScorePlugin;
  readonly weight: number;
}

/** Calls of plugins so far: exact, whatever the machine. */
export interface CallCounts {
  filter: number;
  score: number;
}

/** What one plugin of a profile wants before a pod is bound. */
export interface PluginPlan {
  readonly plugin: string;
  readonly plan: PreBindPlan;
}

const NO_PODS: readonly PodInfo[] = Object.freeze([]);

/** A profile that runs: the plugins of each extension point in the configured order. */
export class Framework implements Handle {
  readonly features: Features;
  readonly snapshot: Snapshot;
  readonly listers: Listers;
  readonly nominator: Nominator;
  readonly scalars: ScalarResources;
  readonly waitingPods: WaitingPods;
  readonly preemptions: RunningPreemptions;
  readonly offset: (n: number) => number;
  readonly draw: (stream: string, n: number) => number;
  readonly expectedRunMicros: (pod: PodVersion) => TimeMicros | null;
  readonly calls: CallCounts = { filter: 0, score: 0 };
  readonly preEnqueuePlugins: readonly PreEnqueuePlugin[];
  readonly queueSort: QueueSortPlugin;
  readonly preFilterPlugins: readonly PreFilterPlugin[];
  readonly filterPlugins: readonly FilterPlugin[];
  readonly postFilterPlugins: readonly PostFilterPlugin[];
  readonly preScorePlugins: readonly PreScorePlugin[];
  readonly scorePlugins: readonly WeightedScorePlugin[];
  private readonly searcher: ScorePlugin | null;
  private readonly reservePlugins: readonly ReservePlugin[];
  private readonly permitPlugins: readonly PermitPlugin[];
  private readonly preBindPlugins: readonly PreBindPlugin[];
  private readonly bindPlugins: readonly BindPlugin[];
  private readonly postBindPlugins: readonly PostBindPlugin[];
  private signer: PodSigner | null = null;
  private readonly plugins = new Map<string, Plugin>();

  constructor(
    readonly profile: ResolvedProfile,
    surroundings: Surroundings,
    private readonly factoryOf: FactoryOf,
  ) {
    this.features = surroundings.features;
    this.snapshot = surroundings.snapshot;
    this.listers = surroundings.listers;
    this.nominator = surroundings.nominator;
    this.scalars = surroundings.scalars;
    this.offset = surroundings.offset;
    this.waitingPods = surroundings.waitingPods ?? NO_WAITING_PODS;
    this.preemptions = surroundings.preemptions ?? NO_PREEMPTIONS;
    this.draw = surroundings.draw ?? (() => 0);
    this.expectedRunMicros = surroundings.expectedRunMicros ?? (() => null);
    this.preEnqueuePlugins = this.at<PreEnqueuePlugin>("preEnqueue");
    const queueSort = this.at<QueueSortPlugin>("queueSort")[0];
    assert(queueSort !== undefined, "a resolved profile has one queueSort plugin");
    this.queueSort = queueSort;
    this.preFilterPlugins = this.at<PreFilterPlugin>("preFilter");
    this.filterPlugins = this.at<FilterPlugin>("filter");
    this.postFilterPlugins = this.at<PostFilterPlugin>("postFilter");
    this.preScorePlugins = this.at<PreScorePlugin>("preScore");
    this.scorePlugins = this.at<ScorePlugin>("score").map((plugin) => ({
      plugin,
      weight: profile.scoreWeights[plugin.name]!,
    }));
    this.searcher = this.scorePlugins.find(({ plugin }) => plugin.searchFrom)?.plugin ?? null;
    this.reservePlugins = this.at<ReservePlugin>("reserve");
    this.permitPlugins = this.at<PermitPlugin>("permit");
    this.preBindPlugins = this.at<PreBindPlugin>("preBind");
    this.bindPlugins = this.at<BindPlugin>("bind");
    this.postBindPlugins = this.at<PostBindPlugin>("postBind");
  }

  /** The pod's signature; null where its answers depend on more than can be signed. Source: KEP-5598. */
  signPod(pod: PodInfo): string | null {
    this.signer ??= new PodSigner(this);
    return this.signer.sign(pod);
  }

  /** Where a search for the first node that fits begins; null where nodes are sampled and scored. */
  searchFrom(): number | null {
    return this.searcher?.searchFrom?.() ?? null;
  }

  /** Of the nodes that are scored; `ofAll` is that of the configuration. {@link FIRST_FIT}: one is enough. */
  percentageOfNodesToScore(ofAll: number): number {
    if (this.searcher !== null) return FIRST_FIT;
    return this.profile.percentageOfNodesToScore ?? ofAll;
  }

  /** Every plugin of the profile that is modelled, once. */
  get allPlugins(): readonly Plugin[] {
    return [...this.plugins.values()];
  }

  private at<P extends Plugin>(point: ExtensionPoint): P[] {
    const found: P[] = [];
    for (const name of this.profile.plugins[point]) {
      const plugin = this.plugin(name);
      // A plugin that is not modelled was reported when the configuration was loaded.
      if (plugin !== undefined) found.push(plugin as P);
    }
    return found;
  }

  private plugin(name: string): Plugin | undefined {
    const known = this.plugins.get(name);
    if (known !== undefined) return known;
    const plugin = this.factoryOf(name)?.(this.profile.args[name], this);
    if (plugin !== undefined) this.plugins.set(name, plugin);
    return plugin;
  }

  runPreEnqueuePlugins(pod: PodInfo): Result {
    for (const plugin of this.preEnqueuePlugins) {
      const status = plugin.preEnqueue(pod.pod);
      if (status !== null) return status;
    }
    return null;
  }

  /** The first rejection ends it; node names that plugins give are intersected. */
  runPreFilterPlugins(state: CycleState, pod: PodInfo): PreFilterOutcome {
    return runPreFilters(this, state, pod);
  }

  runPreFilterExtensionAddPod(
    state: CycleState,
    podToSchedule: PodInfo,
    added: PodInfo,
    node: NodeInfo,
  ): Result {
    return this.runExtensions(state, "AddPod", (extensions) =>
      extensions.addPod(state, podToSchedule, added, node),
    );
  }

  runPreFilterExtensionRemovePod(
    state: CycleState,
    podToSchedule: PodInfo,
    removed: PodInfo,
    node: NodeInfo,
  ): Result {
    return this.runExtensions(state, "RemovePod", (extensions) =>
      extensions.removePod(state, podToSchedule, removed, node),
    );
  }

  private runExtensions(
    { skipFilterPlugins }: CycleState,
    what: string,
    run: (extensions: PreFilterExtensions) => Result,
  ): Result {
    for (const { name, preFilterExtensions } of this.preFilterPlugins) {
      if (preFilterExtensions === null || skipFilterPlugins.has(name)) continue;
      const status = run(preFilterExtensions);
      if (status !== null) return asError(`running ${what} on PreFilter plugin "${name}"`, status);
    }
    return null;
  }

  /** The first plugin that refuses the node decides. */
  runFilterPlugins(state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const plugins = state.filterPlugins ?? this.filterPlugins;
    const unprepared = state.unpreparedPlugins;
    for (let i = 0; i < plugins.length; i += 1) {
      const plugin = plugins[i]!;
      const missing = unprepared.size > 0 && unprepared.has(plugin.name) ? plugin.unprepared : null;
      const status = missing ?? plugin.filter(state, pod, node);
      if (status === null) continue;
      this.calls.filter += i + 1;
      return isRejected(status)
        ? status
        : asError(`running "${plugin.name}" filter plugin`, status);
    }
    this.calls.filter += plugins.length;
    return null;
  }

  /**
   * A pod must fit with the pods of at least its priority that are nominated on the node, since they
   * may get there first, and without them, since they may not (an affinity must not rest on them).
   */
  runFilterPluginsWithNominatedPods(state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    const nominated = this.nominator.any ? this.nominatedBefore(pod, node.name) : NO_PODS;
    const status =
      nominated.length === 0 ? null : this.runFilterPluginsWith(nominated, state, pod, node);
    return status ?? this.runFilterPlugins(state, pod, node);
  }

  /** Pods that are nominated on the node and may get there before the incoming one. */
  nominatedBefore({ pod, priority }: PodInfo, nodeName: string): readonly PodInfo[] {
    return this.nominator
      .nominatedPodsForNode(nodeName)
      .filter((info) => info.priority >= priority && info.pod.uid !== pod.uid);
  }

  /** As if `added` were on the node too. */
  runFilterPluginsWith(
    added: readonly PodInfo[],
    state: CycleState,
    pod: PodInfo,
    node: NodeInfo,
  ): Result {
    const nodeWith = node.clone();
    const stateWith = state.clone();
    for (const info of added) {
      nodeWith.addPod(info);
      const status = this.runPreFilterExtensionAddPod(stateWith, pod, info, nodeWith);
      if (status !== null) return status;
    }
    return this.runFilterPlugins(stateWith, pod, nodeWith);
  }

  /** Null when the profile has no PostFilter plugin. */
  runPostFilterPlugins(
    state: CycleState,
    pod: PodInfo,
    statuses: NodeStatuses,
  ): PostFilterResult | null {
    return runPostFilters(this.postFilterPlugins, (plugin) =>
      plugin.postFilter(state, pod, statuses),
    );
  }

  /** Null for success; any other status ends the cycle with an error. */
  runPreScorePlugins(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Result {
    const skipped = new Set<string>();
    for (const plugin of this.preScorePlugins) {
      const status = plugin.preScore(state, pod, nodes);
      if (status === null) continue;
      if (status.code !== "Skip")
        return asError(`running PreScore plugin "${plugin.name}"`, status);
      skipped.add(plugin.name);
    }
    state.skipScorePlugins = skipped;
    return null;
  }

  /** The first failure undoes what was reserved. */
  runReservePlugins(state: CycleState, pod: PodInfo, nodeName: string): Result {
    for (const plugin of this.reservePlugins) {
      const status = plugin.reserve(state, pod, nodeName);
      if (status === null) continue;
      this.runUnreservePlugins(state, pod, nodeName);
      return isRejected(status)
        ? status
        : asError(`running Reserve plugin "${plugin.name}"`, status);
    }
    return null;
  }

  /** In the reverse of the order in which they reserve; what they want written. */
  runUnreservePlugins(state: CycleState, pod: PodInfo, nodeName: string): readonly ClaimWrite[] {
    return this.reservePlugins
      .toReversed()
      .flatMap((plugin) => plugin.unreserve(state, pod, nodeName));
  }

  /** Who lets the pod through: null for all, those that hold it and for how long, or who refuses it. */
  runPermitPlugins(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
  ): ReadonlyMap<string, TimeMicros> | Status | null {
    if (this.permitPlugins.length === 0) return null;
    const waits = new Map<string, TimeMicros>();
    for (const plugin of this.permitPlugins) {
      const { status, timeoutMicros } = plugin.permit(state, pod, nodeName);
      if (status === null) continue;
      if (status.code !== "Wait") return status;
      waits.set(plugin.name, timeoutMicros);
    }
    return waits.size === 0 ? null : waits;
  }

  /** What must be written before the pod is bound, or why it cannot be bound. */
  runPreBindPlugins(
    state: CycleState,
    pod: PodInfo,
    nodeName: string,
  ): readonly PluginPlan[] | Status {
    const plans: PluginPlan[] = [];
    for (const plugin of this.preBindPlugins) {
      const result = plugin.preBind(state, pod, nodeName);
      if (result instanceof Status) return result;
      if (result !== null) plans.push({ plugin: plugin.name, plan: result });
    }
    return plans;
  }

  /** Null: bind through the API's Binding. */
  runBindPlugins(state: CycleState, pod: PodInfo, nodeName: string): Result {
    let last: Result = null;
    for (const plugin of this.bindPlugins) {
      last = plugin.bind(state, pod, nodeName);
      if (last?.code !== "Skip") return last;
    }
    return last;
  }

  runPostBindPlugins(state: CycleState, pod: PodInfo, nodeName: string): void {
    for (const plugin of this.postBindPlugins) plugin.postBind(state, pod, nodeName);
  }
}

/** True if the plugin brings the scores of a pod's nodes into one range. */
export function normalizes(plugin: ScorePlugin): plugin is NormalizeScorePlugin {
  return "normalizeScore" in plugin;
}
