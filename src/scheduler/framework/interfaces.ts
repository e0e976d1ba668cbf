import type { Labels } from "../../api/kubernetes.js";
import type { NewObject } from "../../api/new-object.js";
import type { AnyVersion, VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ClusterEventWithHint } from "./cluster-event.js";
import type { CycleState } from "./cycle-state.js";
import type { Features } from "../../api/features.js";
import type { Listers } from "./listers.js";
import type { NodeInfo } from "./node-info.js";
import type { Nominator } from "./nominator.js";
import type { PodInfo } from "./pod-info.js";
import type { CountingRule } from "./counting-rule.js";
import type { Reads } from "./reads.js";
import type { ScalarResources } from "./resources.js";
import type { Snapshot } from "./snapshot.js";
import type { Code, Status } from "./status.js";
import type { RunningPreemptions } from "./running-preemptions.js";
import type { WaitingPods } from "./waiting-pods.js";

/** A node's score lies between 0 and this after normalisation. */
export const MAX_NODE_SCORE = 100;

/** Success is null, as upstream's nil status. */
export type Result = Status | null;

export interface PreFilterResult {
  /** Null for success; Skip, a rejection or an error otherwise. */
  readonly status: Result;
  /** The only nodes that are worth a look; null for all. */
  readonly nodeNames: ReadonlySet<string> | null;
}

/** What all PreFilter plugins together say. */
export interface PreFilterOutcome extends PreFilterResult {
  /** Plugins that narrowed the nodes down, by name, sorted. */
  readonly narrowedBy: readonly string[];
}

/** The answer of a PreFilter without anything to say. */
export const PRE_FILTER_SUCCESS: PreFilterResult = { status: null, nodeNames: null };

/** How a what-if adds and removes pods in the data that PreFilter made. */
export interface PreFilterExtensions {
  addPod(state: CycleState, podToSchedule: PodInfo, added: PodInfo, node: NodeInfo): Result;
  removePod(state: CycleState, podToSchedule: PodInfo, removed: PodInfo, node: NodeInfo): Result;
}

/** Which refused each node, by the node's name; nodes that were not evaluated are absent. */
export interface NodeStatuses {
  get(node: NodeInfo): Status | undefined;
  /** How many of `nodeCount` nodes, all there are, have a status of this code. */
  countOf(code: Code, nodeCount: number): number;
}

/** A node that preemption could make room on. */
export interface PreemptionCandidate {
  readonly node: NodeInfo;
  /** Those that violate a budget first; in each part from the most to the least important. */
  readonly victims: readonly PodInfo[];
  readonly pdbViolations: number;
}

export interface PostFilterResult {
  readonly status: Status;
  /**
   * What becomes of the pod's nomination: a node's name, "" to clear it, null to leave it as it is.
   */
  readonly nominatedNodeName: string | null;
  /** Pods to delete, in the order of the candidate's victims. */
  readonly victims: readonly PodInfo[];
  readonly candidates: readonly PreemptionCandidate[];
  /** Pods of lower priority that lose their nomination on the same node. */
  readonly clearedNominations: readonly PodInfo[];
  readonly claimWrite?: ClaimWrite;
}

/** What a plugin wants written to a claim: its devices freed, the claim deleted, a pod's use of it ended. */
export type ClaimWrite =
  | { readonly kind: "deallocate" | "delete"; readonly claim: VersionOf<"ResourceClaim"> }
  | {
      readonly kind: "unreserve";
      readonly claim: VersionOf<"ResourceClaim">;
      readonly podUid: string;
    };

/** A write to the API server that a PreBind plugin asks for. */
export type PreBindWrite =
  | { readonly verb: "create"; readonly object: NewObject }
  | { readonly verb: "update"; readonly base: AnyVersion; readonly change: WrittenFields }
  | { readonly verb: "patch"; readonly target: AnyVersion; readonly change: WrittenFields };

interface WrittenFields {
  readonly annotations?: Labels;
  readonly finalizers?: readonly string[];
  readonly spec?: unknown;
  readonly status?: object;
}

/** A thing that is to be written, and to come about, before the pod is bound. */
export interface PreBindStep {
  /** The write, as things are now: null where it is written already; a string says why it cannot be. */
  write(): PreBindWrite | null | string;
  /** Told of the object that the API server answered with. */
  written?(object: AnyVersion): void;
  /**
   * Present: where a write was refused since its base was not the newest, that one is read and told. How
   * many steps before this one are looked at once more; null gives up.
   */
  reread?(newest: AnyVersion): number | null;
  /**
   * Whether what it asked for has come about, as far as the scheduler's watches tell; a string says why it
   * will not. Absent: when it is written.
   */
  isDone?(): boolean | string;
}

/** What a PreBind plugin wants before the pod is bound: done by whoever runs the cycle, one step after the other. */
export interface PreBindPlan {
  readonly steps: readonly PreBindStep[];
  /** Between two looks at what has come about. */
  readonly pollMicros: TimeMicros;
  /** Whether the first look is at once, and not after such a time. */
  readonly looksAtOnce: boolean;
  /** How long it waits, from the last write on. */
  readonly timeoutMicros: TimeMicros;
  /** What is said when it has waited so long. */
  readonly timedOut: string;
  /** Stands before what is said when it does not come about. */
  readonly failure: string;
}

export interface PermitResult {
  /** Null lets the pod through; Wait holds it, for `timeoutMicros` at most. */
  readonly status: Result;
  readonly timeoutMicros: number;
}

/** What every plugin has; it implements any of the capabilities below beside it. */
export interface Plugin {
  readonly name: string;
  /** What filter and score depend on. Absent: anything, so that no answer may be remembered. */
  readonly reads?: Reads;
  /** False when it passes this pod on every node, and scores all alike. By template, `nodeName` and DeviceClasses. */
  concerns?(pod: PodInfo): boolean;
  /**
   * The rule of filter and score by what the placed pods come to; it must answer as these do. `known` is
   * the one before for the pod's template, and is given again if it still holds. Null where the pod has
   * none: all nodes pass, and score alike. Undefined: only filter and score can tell.
   */
  countingRule?(
    pod: PodInfo,
    known: CountingRule | null | undefined,
  ): CountingRule | null | undefined;
  /** True where, as things are, it passes this pod on every node, and scores all alike. */
  passesEverywhere?(pod: PodInfo): boolean;
  /**
   * What PreFilter makes of other nodes is a sum over the pods on them: a node without pods adds nothing, and
   * Skip holds until a pod comes with a required term of anti-affinity that matches.
   */
  readonly countsPodsOnly?: true;
  /** Events that may make a pod schedulable which this plugin refused. Absent: every event. */
  eventsToRegister?(): readonly ClusterEventWithHint[];
  /**
   * All of the pod that the plugin's answers depend on, as text; null where they depend on more. Two pods
   * of one signature get the same answers. Absent: no pod of the profile can be signed. Source: KEP-5598.
   */
  signPod?(pod: PodInfo): string | null;
  /** It signs no pod at all. */
  readonly signsNone?: boolean;
}

export interface PreEnqueuePlugin extends Plugin {
  /** Called before the pod enters the active queue. */
  preEnqueue(pod: PodVersion): Result;
}

/** A pod in the queue: what QueueSort compares. */
export interface QueuedPod {
  readonly pod: PodVersion;
  readonly priority: number;
  /** When it came into the queue. */
  readonly timestampMicros: number;
}

export interface QueueSortPlugin extends Plugin {
  /** True if `a` goes before `b`; the same answer until {@link sortsAnew} says otherwise. */
  less(a: QueuedPod, b: QueuedPod): boolean;
  /**
   * For an order that changes while pods wait. Asked before each pod is taken: true if the waiting pods
   * have to be sorted anew, by what `less` says from now on. Absent: it never changes.
   */
  sortsAnew?(now: TimeMicros): boolean;
}

export interface PreFilterPlugin extends Plugin {
  preFilter(state: CycleState, pod: PodInfo): PreFilterResult;
  /** Null when the plugin's data do not depend on other pods. */
  readonly preFilterExtensions: PreFilterExtensions | null;
}

/**
 * A filter's rule for the pods of one template, on the numbers of many nodes (`NodeAmounts`). It must
 * answer as `filter` does.
 */
export interface RowFilter {
  /**
   * For each of `count` nodes, whose numbers begin at `offsets`: writes 0 into `refusals` if it fits,
   * else a small number; equal ones stand for one and the same status.
   */
  filterRows(columns: Float64Array, offsets: Int32Array, count: number, refusals: Int32Array): void;
}

/** The same for a score that is not normalised. */
export interface RowScore {
  /** Adds `weight` times the score to `totals`, for each of `count` nodes. */
  addScores(
    columns: Float64Array,
    offsets: Int32Array,
    count: number,
    totals: Float64Array,
    weight: number,
  ): void;
}

export interface FilterPlugin extends Plugin {
  /** Stands for the answer of a filter that reads what PreFilter made, where PreFilter did not pass. */
  readonly unprepared?: Status;
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Result;
  /** Null where the pod asks for something that the numbers do not tell. */
  rowFilter?(pod: PodInfo): RowFilter | null;
}

export interface PostFilterPlugin extends Plugin {
  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterResult;
}

export interface PreScorePlugin extends Plugin {
  preScore(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Result;
}

/** A score that is the same on every node. */
export interface UniformScore {
  readonly raw: number;
  readonly normalized: number;
}

export interface ScorePlugin extends Plugin {
  /**
   * Of a policy that scores nothing and takes the first node that fits: where the search begins, as a
   * position among the nodes of the cluster. It leaves alone where the next sampling begins. The first such
   * plugin of a profile decides, and no other scores.
   */
  searchFrom?(): number;
  /** Not null when every node scores the same for this pod, so that the nodes need not be asked. */
  uniformScore?(state: CycleState, pod: PodInfo): UniformScore | null;
  /** An integer; between 0 and {@link MAX_NODE_SCORE} where the plugin does not normalise. */
  score(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Null where it scores something that the numbers do not tell. */
  rowScore?(pod: PodInfo): RowScore | null;
}

export interface NormalizeScorePlugin extends ScorePlugin {
  /** Rewrites `scores`, which stand beside `nodes`, in place. */
  normalizeScore(
    state: CycleState,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    scores: Float64Array,
  ): void;
}

export interface ReservePlugin extends Plugin {
  reserve(state: CycleState, pod: PodInfo, nodeName: string): Result;
  /** Must cope with a pod that was never reserved. What is to be written because of it. */
  unreserve(state: CycleState, pod: PodInfo, nodeName: string): readonly ClaimWrite[];
}

export interface PermitPlugin extends Plugin {
  permit(state: CycleState, pod: PodInfo, nodeName: string): PermitResult;
}

export interface PreBindPlugin extends Plugin {
  /** Null: nothing to wait for. */
  preBind(state: CycleState, pod: PodInfo, nodeName: string): PreBindPlan | Status | null;
}

export interface BindPlugin extends Plugin {
  /** Null: bind as the API's Binding does. Skip: another plugin binds. */
  bind(state: CycleState, pod: PodInfo, nodeName: string): Result;
}

export interface PostBindPlugin extends Plugin {
  postBind(state: CycleState, pod: PodInfo, nodeName: string): void;
}

/** What a plugin may use of the scheduler that runs it. Source: scheduling framework, `Handle`. */
export interface Handle {
  readonly features: Features;
  readonly snapshot: Snapshot;
  readonly listers: Listers;
  readonly nominator: Nominator;
  /** Ids of the scalar resources of this run. */
  readonly scalars: ScalarResources;
  /** Pods that wait on Permit, to be let go or refused. */
  readonly waitingPods: WaitingPods;
  /** Preemptions that go on beside the scheduling cycles. */
  readonly preemptions: RunningPreemptions;
  /** An offset in [0, n): drawn in the simulator, 0 where choices must be the first. */
  offset(n: number): number;
  /**
   * Uniform in [0, 1), of the stream of that name: draw number `n`, from 0 to 63, of the present scheduling
   * cycle, the same however often it is asked for.
   */
  draw(stream: string, n: number): number;
  /** How long the containers of a pod will run, where whoever made it knows; null otherwise. */
  expectedRunMicros(pod: PodVersion): TimeMicros | null;
  /** Filters one node with and without the pods nominated there. */
  runFilterPluginsWithNominatedPods(state: CycleState, pod: PodInfo, node: NodeInfo): Result;
  runPreFilterExtensionAddPod(
    state: CycleState,
    podToSchedule: PodInfo,
    added: PodInfo,
    node: NodeInfo,
  ): Result;
  runPreFilterExtensionRemovePod(
    state: CycleState,
    podToSchedule: PodInfo,
    removed: PodInfo,
    node: NodeInfo,
  ): Result;
}

/** Makes a plugin. `args` were completed and checked when the configuration was loaded. */
export type PluginFactory = (args: unknown, handle: Handle) => Plugin;
