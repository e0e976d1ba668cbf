import { assert } from "../../base/assert.js";
import type { TimeMicros } from "../../base/time.js";
import { CycleState } from "./cycle-state.js";
import { Diagnosis, fitErrorMessage, postFilterWords } from "./fit-error.js";
import type { PostFilterResult, PreFilterOutcome } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import {
  BatchRecorder,
  type NodeBatch,
  type NodeHint,
  PluginBatchJudge,
} from "./opportunistic-batch.js";
import type { PodInfo } from "./pod-info.js";
import { FIRST_FIT } from "./profile.js";
import type { Framework } from "./runtime.js";
import { ScoreSheet, type ScoreTrace } from "./score-sheet.js";
import { Status, isRejected } from "./status.js";

/** The smallest number of nodes that sampling looks for. Source: kube-scheduler, `schedule_one.go`. */
const MIN_FEASIBLE_NODES_TO_FIND = 100;
const MIN_FEASIBLE_NODES_PERCENTAGE = 5;

/** What a scheduled pod's cycle found. */
export interface Scheduled {
  readonly kind: "scheduled";
  readonly node: NodeInfo;
  readonly state: CycleState;
  /** Feasible and refused nodes that were looked at. */
  readonly evaluatedNodes: number;
  /** Nodes that passed, in the order of evaluation. */
  readonly feasible: readonly NodeInfo[];
  /** How many nodes share the highest total. */
  readonly ties: number;
  readonly diagnosis: Diagnosis;
  /** True if the pod's nominated node passed: then it was the only one evaluated. */
  readonly nominatedNodeFit: boolean;
  /** The node that the cycle before has left for pods like this one; null for none. */
  readonly nodeHint: string | null;
}

/** The pod fits on no node; `postFilter` says what preemption made of it. */
export interface Unschedulable {
  readonly kind: "unschedulable";
  readonly state: CycleState;
  readonly evaluatedNodes: number;
  readonly diagnosis: Diagnosis;
  readonly nodeCount: number;
  /** See {@link Scheduled.nodeHint}. */
  readonly nodeHint: string | null;
  /** Null when the profile has no PostFilter plugin. */
  readonly postFilter: PostFilterResult | null;
  /** In Kubernetes' words. */
  message(): string;
}

/** The cycle failed for another reason than fit. */
interface CycleError {
  readonly kind: "error";
  readonly evaluatedNodes: number;
  readonly message: string;
}

export type CycleOutcome = Scheduled | Unschedulable | CycleError;

export interface AlgorithmOptions {
  /** Of the configuration as a whole; 0 is adaptive. A profile's own value takes precedence. */
  readonly percentageOfNodesToScore: number;
  /** Chooses one of `count` equal nodes: a number in [0, count). Null: the first in cluster order. */
  readonly chooseTie: ((count: number) => number) | null;
  /** The time of the cycle; absent: what cycles leave to the next never ages. */
  readonly now?: () => TimeMicros;
  /** Leaves PostFilter out: for a decision that is only compared with another one. */
  readonly withoutPostFilter?: boolean;
}

/**
 * How many feasible nodes are enough. `percentage` 0 adapts: 50 minus one a 125 nodes, at least 5;
 * with {@link FIRST_FIT} one is. Source: kube-scheduler, `numFeasibleNodesToFind`, `hasScoring`.
 */
export function numFeasibleNodesToFind(percentage: number, nodeCount: number): number {
  if (percentage === FIRST_FIT) return Math.min(1, nodeCount);
  if (nodeCount < MIN_FEASIBLE_NODES_TO_FIND) return nodeCount;
  const adaptive = Math.max(50 - Math.trunc(nodeCount / 125), MIN_FEASIBLE_NODES_PERCENTAGE);
  const wanted = Math.trunc((nodeCount * (percentage === 0 ? adaptive : percentage)) / 100);
  return Math.max(wanted, MIN_FEASIBLE_NODES_TO_FIND);
}

const FILTERED_OUT = new Status(
  "UnschedulableAndUnresolvable",
  ["node is filtered out by the prefilter result"],
  "",
);

interface Search {
  readonly state: CycleState;
  readonly diagnosis: Diagnosis;
  readonly feasible: NodeInfo[];
  nominatedNodeFit: boolean;
  hint: NodeHint | null;
}

/**
 * The scheduling cycle: from a pod and the present state of the cluster to a node, or to the reasons
 * why there is none. It changes nothing but where its next sampling starts.
 *
 *     PreFilter ─► nominated node? ─► Filter (sampled) ─► PreScore ─► Score ─► choice ─► scheduled
 *         │                               │ none fits
 *         └───────── rejected ────────────┴─► PostFilter (preemption) ─► unschedulable
 *
 * This is the plain definition: every plugin's rule for one pod on one node, node after node.
 */
export class SchedulingAlgorithm {
  private startIndex = 0;
  private readonly sheet = new ScoreSheet();
  /** What the cycle before has left. */
  batch: NodeBatch | null = null;

  constructor(private readonly options: AlgorithmOptions) {}

  /** Where the next cycle starts to look, among the nodes in their order. */
  get nextStartNodeIndex(): number {
    return this.startIndex;
  }

  set nextStartNodeIndex(index: number) {
    this.startIndex = index;
  }

  /**
   * `trace` is told every score; without it only totals are kept. `hint` is what {@link batch} says, where
   * that was asked already.
   */
  schedule(
    framework: Framework,
    pod: PodInfo,
    trace: ScoreTrace | null = null,
    hint?: NodeHint | null,
  ): CycleOutcome {
    const nodeCount = framework.snapshot.nodes.length;
    const search: Search = {
      state: new CycleState(),
      diagnosis: new Diagnosis(),
      feasible: [],
      nominatedNodeFit: false,
      hint: hint ?? null,
    };
    const batch = this.batch?.suits(framework, pod, this.now()) === true ? this.batch : null;
    this.batch = null;
    const { state, diagnosis, feasible } = search;
    if (nodeCount === 0) return noNodes(search);
    const failure = this.findNodesThatFit(
      framework,
      pod,
      search,
      hint === undefined ? batch : null,
    );
    const evaluatedNodes = feasible.length + diagnosis.size;
    if (failure !== null) return { kind: "error", evaluatedNodes, message: failure.message };
    if (feasible.length === 0) {
      const runPostFilter = this.options.withoutPostFilter !== true;
      return refuse(framework, pod, search, { nodeCount, runPostFilter });
    }
    const scheduled = (node: NodeInfo, ties: number): Scheduled => ({
      kind: "scheduled",
      node,
      state,
      evaluatedNodes,
      feasible,
      ties,
      diagnosis,
      nominatedNodeFit: search.nominatedNodeFit,
      nodeHint: search.hint?.node ?? null,
    });
    if (feasible.length === 1) {
      const node = feasible[0]!;
      if (batch !== null && search.hint?.node === node.name) {
        batch.take(search.hint);
        this.batch = batch;
      }
      return scheduled(node, 1);
    }
    const signature = framework.signPod(pod);
    const recorder = signature === null ? null : new BatchRecorder(trace);
    const error = this.sheet.fill(framework, {
      state,
      pod,
      nodes: feasible,
      trace: recorder ?? trace,
    });
    if (error !== null) return { kind: "error", evaluatedNodes, message: error.message };
    const choice = this.sheet.choose(feasible, this.options.chooseTie);
    if (recorder !== null && signature !== null) {
      const made = { framework, signature, chosen: choice.node, madeMicros: this.now() };
      this.batch = recorder.batch(feasible, made);
    }
    return scheduled(choice.node, choice.ties);
  }

  private now(): TimeMicros {
    return this.options.now?.() ?? 0;
  }

  private findNodesThatFit(
    framework: Framework,
    pod: PodInfo,
    search: Search,
    batch: NodeBatch | null,
  ): Status | null {
    const { state, diagnosis, feasible } = search;
    const preFilter = framework.runPreFilterPlugins(state, pod);
    const { status } = preFilter;
    if (framework.features.NarrowingPluginsReject) diagnosis.narrowedBy = preFilter.narrowedBy;
    if (status !== null) {
      if (!isRejected(status)) return status;
      diagnosis.preFilter = status;
      if (!framework.features.PreemptionAfterPreFilterRejection) diagnosis.absentNodes = status;
      return null;
    }
    if (batch !== null) {
      const judge = new PluginBatchJudge(framework, pod, state);
      search.hint = batch.hint(judge, this.options.chooseTie);
    }
    const nominated = pod.pod.nominatedNodeName || (search.hint?.node ?? "");
    if (nominated !== "" && this.nominatedNodePasses(framework, pod, nominated, search)) {
      return null;
    }
    const from = framework.searchFrom();
    const nodes = nodesToEvaluate(framework, preFilter, diagnosis, from);
    if (nodes instanceof Status) return nodes;
    const error = this.findNodesThatPassFilters(framework, pod, nodes, { ...search, from });
    if (from !== null) return error;
    const processed = feasible.length + diagnosis.size;
    const over = framework.features.SamplingStartOverNodesLeft
      ? nodes.length
      : framework.snapshot.nodes.length;
    if (over > 0) this.startIndex = (this.startIndex + processed) % over;
    return error;
  }

  /** Errors here are only logged upstream: the cycle goes on with all nodes. */
  private nominatedNodePasses(
    framework: Framework,
    pod: PodInfo,
    nominated: string,
    search: Search,
  ): boolean {
    const node = framework.snapshot.get(nominated);
    if (node === undefined) return false;
    const status = framework.runFilterPluginsWithNominatedPods(search.state, pod, node);
    if (status === null) {
      search.feasible.push(node);
      search.nominatedNodeFit = nominated === pod.pod.nominatedNodeName;
      return true;
    }
    if (isRejected(status)) search.diagnosis.set(node, status);
    return false;
  }

  private findNodesThatPassFilters(
    framework: Framework,
    pod: PodInfo,
    nodes: readonly NodeInfo[],
    { state, diagnosis, feasible, from }: Search & { readonly from: number | null },
  ): Status | null {
    const count = nodes.length;
    // Upstream goes through the nodes that PreFilter left in an arbitrary order.
    const start = nodes === framework.snapshot.nodes ? (from ?? this.startIndex) : 0;
    const percentage = framework.percentageOfNodesToScore(this.options.percentageOfNodesToScore);
    const wanted = numFeasibleNodesToFind(percentage, count);
    if (framework.filterPlugins.length === 0) {
      for (let i = 0; i < wanted; i += 1) feasible.push(nodes[(start + i) % count]!);
      return null;
    }
    for (let i = 0; i < count; i += 1) {
      const node = nodes[(start + i) % count]!;
      const status = framework.runFilterPluginsWithNominatedPods(state, pod, node);
      if (status === null) {
        // The search ends only when it meets one more feasible node than it wants.
        if (feasible.length === wanted) return null;
        feasible.push(node);
      } else if (isRejected(status)) {
        diagnosis.set(node, status);
      } else {
        return status;
      }
    }
    return null;
  }
}

/**
 * The nodes that PreFilter leaves, or an error when it names one that does not exist. `from`: position of the
 * first of them, where their order matters.
 */
function nodesToEvaluate(
  { snapshot, features }: Framework,
  { nodeNames, narrowedBy }: PreFilterOutcome,
  diagnosis: Diagnosis,
  from: number | null,
): readonly NodeInfo[] | Status {
  if (nodeNames === null) return snapshot.nodes;
  const nodes: NodeInfo[] = [];
  // Upstream's order is that of a map; this one is by name.
  for (const name of [...nodeNames].sort()) {
    const node = snapshot.get(name);
    if (node !== undefined) {
      nodes.push(node);
    } else if (features.MissingPreFilterNodeIsError) {
      return new Status("Error", [`nodeinfo not found for node name "${name}"`], "");
    }
  }
  if (features.NodesLeftOutListed) {
    for (const node of snapshot.nodes) {
      if (!nodeNames.has(node.name)) diagnosis.set(node, FILTERED_OUT);
    }
  } else if (!features.PreemptionOnNodesLeftOut) {
    const reason = `node(s) didn't satisfy plugin(s) [${narrowedBy.join(" ")}]`;
    diagnosis.absentNodes = new Status("UnschedulableAndUnresolvable", [reason], "");
  }
  if (from === null) return nodes;
  const all = snapshot.nodes;
  return [...all.slice(from), ...all.slice(0, from)].filter(({ name }) => nodeNames.has(name));
}

function refuse(
  framework: Framework,
  pod: PodInfo,
  { state, diagnosis, feasible, hint }: Search,
  { nodeCount, runPostFilter }: { readonly nodeCount: number; readonly runPostFilter: boolean },
): Unschedulable {
  assert(feasible.length === 0, "a pod with feasible nodes is not refused");
  const evaluatedNodes = diagnosis.size;
  const postFilter = runPostFilter ? framework.runPostFilterPlugins(state, pod, diagnosis) : null;
  return {
    kind: "unschedulable",
    state,
    evaluatedNodes,
    diagnosis,
    nodeCount,
    nodeHint: hint?.node ?? null,
    postFilter,
    message: () =>
      fitErrorMessage(nodeCount, diagnosis, {
        features: framework.features,
        postFilter: postFilterWords(postFilter, framework.features),
      }),
  };
}

/** A cluster without nodes: unschedulable, the nomination is cleared, nothing is preempted. */
function noNodes({ state, diagnosis }: Search): Unschedulable {
  return {
    kind: "unschedulable",
    state,
    evaluatedNodes: 0,
    diagnosis,
    nodeCount: 0,
    nodeHint: null,
    postFilter: {
      status: new Status("Unschedulable", [], ""),
      nominatedNodeName: "",
      victims: [],
      candidates: [],
      clearedNominations: [],
    },
    message: () => "no nodes available to schedule pods",
  };
}
