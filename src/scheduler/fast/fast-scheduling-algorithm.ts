import type { TimeMicros } from "../../base/time.js";
import type { Candidates } from "../framework/batch-candidates.js";
import type { ClusterState } from "../framework/cluster-state.js";
import type { CycleState } from "../framework/cycle-state.js";
import { Diagnosis, fitErrorMessage, postFilterWords } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { Nominator } from "../framework/nominator.js";
import { NodeBatch, type NodeHint } from "../framework/opportunistic-batch.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import {
  type AlgorithmOptions,
  type CycleOutcome,
  numFeasibleNodesToFind,
  type Scheduled,
  SchedulingAlgorithm,
  type Unschedulable,
} from "../framework/scheduling-algorithm.js";
import type { ScoreTrace } from "../framework/score-sheet.js";
import { isRejected } from "../framework/status.js";
import type { FastClass } from "./fast-class.js";
import { FastClasses, type ReadyClass, type RememberOptions } from "./fast-classes.js";
import { FastDiagnosis } from "./fast-diagnosis.js";
import { FastScheduled } from "./fast-scheduled.js";
import { FirstLook } from "./first-look.js";
import { LazyCycleState } from "./lazy-cycle-state.js";
import { NodeTable } from "./node-table.js";
import { PlainPart } from "./plain-part.js";
import { pluginPartsOf } from "./plugin-parts.js";
import { candidatesOf, RowBatchJudge } from "./row-batch-judge.js";
import { TemplateUses } from "./template-uses.js";
import { verifyDecision } from "./verify-decision.js";

export interface FastOptions extends AlgorithmOptions {
  readonly remember?: Partial<RememberOptions>;
  /** Every so many decisions of the fast form are compared with the plain one; 0: none. */
  readonly verifyEvery?: number;
}

const REMEMBER: RememberOptions = {
  blockLog2: 5,
  superLog2: 3,
  memoryBytes: 256 * 1024 * 1024,
  maxClasses: 2048,
  maxSharedDomains: 32,
};

/** What a decision asked for: the last choice among equal nodes (-1: none), and the node of the batch. */
interface Asked {
  tie: number;
  hint: NodeHint | null | undefined;
}

/** How the decisions so far were taken: exact, whatever the machine. */
export interface FastCounts {
  readonly fast: number;
  readonly plain: number;
  /** Nodes judged anew by the rules of one node. */
  readonly nodesJudged: number;
  /** Shapes and classes forgotten for the bound on memory. */
  readonly forgotten: number;
  /** Memory of what is remembered, about. */
  readonly bytes: number;
}

/**
 * The scheduling cycle from what is remembered: the same decisions as {@link SchedulingAlgorithm},
 * which stays the definition. What may be remembered follows from what plugins declare (`Plugin.reads`,
 * `Plugin.countingRule`); a group is a set of nodes on which all rules say the same that look beyond
 * one node.
 *
 *     pod
 *      │ fast-classes: template ─► shape (what plugins of one node read of it)
 *      │               rules that count placed pods ─► class
 *      ▼
 *     shape-rows ◄── shape-judge: nodes that changed (node-table) are judged anew: value or refusal
 *      │             fixed-rows: what does not depend on pods, for many shapes at once
 *      │
 *     shape-groups: values by group of nodes (node-groups), maxima of blocks (block-maxima)
 *      │
 *      │ pod-sums: what placed pods come to, by topology; follows each pod (template-uses, label-pairs)
 *      │  ├─ of shared domains ─► by group
 *      │  └─ of single nodes ─► host-marks ─► marked-nodes ─┐
 *      │ nominations: nodes that other pods wait for, where │
 *      │              rules that count would mind these ────┤
 *      ▼                                                    ▼
 *     fast-class ◄────────────── nodes-aside: taken out of their groups, looked at one by one
 *      │ prepare: rules filter each group ─► open or closed; how many nodes fit
 *      │ find:    where sampling ends ─► best value of each open group (group-rows)
 *      │          + score of the group, normalised over those present (group-scores) ─► highest total
 *      │ tied:    the node that the tie-break chooses
 *      ▼
 *     scheduled, or refused with counts by status (fast-diagnosis) ─► PostFilter (lazy-cycle-state)
 *
 *     the first pod of a shape, no rule beyond single nodes ─► first-look: a scan that keeps nothing
 *     plugins that cannot be told, for this pod ─► plain-part: a scan that asks these on each node
 *     PreFilter refuses or names nodes, errors, --explain … ─► the plain form as a whole
 */
export class FastSchedulingAlgorithm {
  private readonly plain: SchedulingAlgorithm;
  private readonly table: NodeTable;
  private readonly remember: RememberOptions;
  private readonly classes = new Map<Framework, FastClasses>();
  private readonly observed = new WeakSet<Nominator>();
  private uses: TemplateUses | null = null;
  private deviceClasses = 0;
  private fastDecisions = 0;
  private plainDecisions = 0;

  constructor(
    private readonly state: ClusterState,
    private readonly options: FastOptions,
  ) {
    this.plain = new SchedulingAlgorithm(options);
    this.table = new NodeTable(state);
    this.remember = { ...REMEMBER, ...options.remember };
  }

  get nextStartNodeIndex(): number {
    return this.plain.nextStartNodeIndex;
  }

  set nextStartNodeIndex(index: number) {
    this.plain.nextStartNodeIndex = index;
  }

  /** What the cycle before has left for pods like its own. */
  get batch(): NodeBatch | null {
    return this.plain.batch;
  }

  set batch(batch: NodeBatch | null) {
    this.plain.batch = batch;
  }

  get counts(): FastCounts {
    const remembered = [...this.classes.values()];
    const sum = (of: (classes: FastClasses) => number): number =>
      remembered.reduce((total, classes) => total + of(classes), 0);
    return {
      fast: this.fastDecisions,
      plain: this.plainDecisions,
      nodesJudged: sum((classes) => classes.judged),
      forgotten: sum((classes) => classes.forgotten),
      bytes: sum((classes) => classes.bytes),
    };
  }

  /** As the plain form; with a `trace` it is the plain form. */
  schedule(framework: Framework, pod: PodInfo, trace: ScoreTrace | null = null): CycleOutcome {
    const start = this.nextStartNodeIndex;
    const before = this.batch;
    // Before anything is brought up to date: what it keeps is as it was then.
    if (before?.suits(framework, pod, this.now()) !== true) this.batch = null;
    const { verifyEvery = 0 } = this.options;
    const verifies = verifyEvery > 0 && (this.fastDecisions + 1) % verifyEvery === 0;
    const batch = verifies ? (this.batch?.copy() ?? null) : null;
    const asked: Asked = { tie: -1, hint: undefined };
    const ready = trace === null ? this.ready(framework, pod) : null;
    const outcome = ready === null ? null : this.decide(framework, pod, ready, asked);
    if (outcome === null) {
      this.plainDecisions += 1;
      return this.plain.schedule(framework, pod, trace, asked.hint);
    }
    this.fastDecisions += 1;
    if (verifies) {
      const { tie } = asked;
      const next = this.nextStartNodeIndex;
      verifyDecision(this.options, framework, pod, { outcome, start, next, tie, batch });
    }
    return outcome;
  }

  private now(): TimeMicros {
    return this.options.now?.() ?? 0;
  }

  private ready(framework: Framework, pod: PodInfo): ReadyClass | FirstLook | null {
    const { state, table } = this;
    const { nominator } = framework;
    const own = pod.pod.nominatedNodeName;
    if (own !== (nominator.any ? (nominator.nominatedNode(pod.pod.uid) ?? "") : "")) return null;
    if (own !== "" && this.batch !== null) return null;
    if (state.nodes.length === 0 || framework.snapshot !== state) return null;
    // Which resources devices serve, in place of nodes, follows from the DeviceClasses.
    const deviceClasses = framework.listers.deviceClasses.version;
    if (deviceClasses !== this.deviceClasses) {
      this.deviceClasses = deviceClasses;
      this.classes.clear();
    }
    let classes = this.classes.get(framework);
    if (classes === undefined) {
      const usesOf = (): TemplateUses => {
        this.uses ??= new TemplateUses(state);
        return this.uses;
      };
      classes = new FastClasses(pluginPartsOf(framework), table, this.remember, usesOf);
      this.classes.set(framework, classes);
    }
    if (!this.observed.has(nominator)) {
      this.observed.add(nominator);
      nominator.observe((node) => state.touch(node));
    }
    table.sync();
    return classes.ready(pod, this.batch === null && own === "");
  }

  /**
   * The node that the pod is nominated on, if it fits there; where it does not the node is set aside, and
   * counts as looked at. Null where only the plain form can tell, undefined without such a node.
   */
  private ownNode(
    framework: Framework,
    pod: PodInfo,
    { of, groups, plain }: ReadyClass,
  ): Scheduled | null | undefined {
    const node = this.state.get(pod.pod.nominatedNodeName);
    if (node === undefined) return undefined;
    if (plain.length > 0) return null;
    const status = of.nominated.statusOfOwn(framework, pod, node);
    if (status === null) return { ...alone(of, node), nominatedNodeFit: true };
    if (!isRejected(status)) return null;
    const { desk } = of;
    const position = this.table.positionOf(node.row);
    if (!desk.aside.isClosed(position)) desk.aside.close(position, status);
    of.prepare(groups);
    desk.first = position;
    return undefined;
  }

  /** Null where only the plain form can tell. */
  private decide(
    framework: Framework,
    pod: PodInfo,
    ready: ReadyClass | FirstLook,
    asked: Asked,
  ): CycleOutcome | null {
    const signature = framework.signPod(pod);
    if (ready instanceof FirstLook) {
      const decided = this.decideWith(framework, ready, pod, asked);
      if (signature !== null && decided?.kind === "scheduled" && decided.feasible.length > 1) {
        const { node } = decided;
        this.leaveBatch(framework, signature, node, () => ready.candidates(node));
      }
      return decided;
    }
    const { of, groups, plain } = ready;
    of.prepare(groups);
    if (pod.pod.nominatedNodeName !== "") {
      const own = this.ownNode(framework, pod, ready);
      if (own !== undefined) return own;
    }
    const { fits } = of.desk;
    if (signature !== null) {
      if (plain.length > 0 || !RowBatchJudge.canJudge(of)) return null;
      const hinted = this.takeHint(framework, of, asked);
      if (hinted !== undefined) return hinted;
    }
    if (plain.length > 0) {
      return this.decideWith(framework, new PlainPart(of, pod, plain), pod, asked);
    }
    if (fits > 0) {
      const placed = this.place(framework, of, fits, asked);
      // Scores of a single feasible node are not asked for: such a decision leaves none.
      if (signature !== null && placed.feasibleCount > 1) {
        this.leaveBatch(framework, signature, placed.node, candidatesOf(of, placed.node));
      }
      return placed;
    }
    const from = framework.searchFrom();
    const start = from ?? this.nextStartNodeIndex % this.table.nodes.length;
    if (from === null) this.nextStartNodeIndex = start;
    of.lookedAtAll(start);
    const diagnosis = new FastDiagnosis(of, of.statusCounts(), this.table.nodes.length);
    return this.refuse(framework, pod, diagnosis, null);
  }

  /** Undefined without a hint; null where the node of the hint is refused, so that the plain form has to go on. */
  private takeHint(
    framework: Framework,
    of: FastClass,
    asked: Asked,
  ): Scheduled | null | undefined {
    const { batch } = this;
    this.batch = null;
    if (batch === null) return undefined;
    const hint = batch.hint(new RowBatchJudge(of), this.chooser(asked));
    if (hint === null) return undefined;
    const node = framework.snapshot.get(hint.node);
    if (node === undefined || of.statusAt(node) !== null) {
      asked.hint = hint;
      return null;
    }
    batch.take(hint);
    this.batch = batch;
    return { ...alone(of, node), nodeHint: hint.node };
  }

  private leaveBatch(
    framework: Framework,
    signature: string,
    chosen: NodeInfo,
    candidates: () => Candidates,
  ): void {
    this.batch = new NodeBatch({
      framework,
      signature,
      chosen,
      madeMicros: this.now(),
      candidates,
    });
  }

  /** Remembers what the tie-break chose. */
  private chooser(asked: Asked): ((count: number) => number) | null {
    const { chooseTie } = this.options;
    if (chooseTie === null) return null;
    return (count) => {
      asked.tie = chooseTie(count);
      return asked.tie;
    };
  }

  private wanted(framework: Framework): number {
    const percentage = framework.percentageOfNodesToScore(this.options.percentageOfNodesToScore);
    return numFeasibleNodesToFind(percentage, this.table.nodes.length);
  }

  private decideWith(
    framework: Framework,
    part: PlainPart | FirstLook,
    pod: PodInfo,
    asked: Asked,
  ): CycleOutcome | null {
    const count = this.table.nodes.length;
    const from = framework.searchFrom();
    const start = from ?? this.nextStartNodeIndex % count;
    const found = part.decide(start, this.wanted(framework));
    if (found === null) return null;
    const { state, feasible, diagnosis, best } = found;
    const evaluatedNodes = feasible.length + diagnosis.size;
    if (from === null) this.nextStartNodeIndex = (start + evaluatedNodes) % count;
    if (feasible.length === 0) return this.refuse(framework, pod, diagnosis, state);
    const ties = best.length;
    const { chooseTie } = this.options;
    if (ties > 1 && chooseTie !== null) asked.tie = chooseTie(ties);
    const node =
      asked.tie >= 0 ? best[asked.tie]! : best.reduce((a, b) => (b.ordinal < a.ordinal ? b : a));
    return {
      kind: "scheduled",
      node,
      state,
      evaluatedNodes,
      feasible,
      ties,
      diagnosis,
      nominatedNodeFit: false,
      nodeHint: null,
    };
  }

  private place(framework: Framework, of: FastClass, fits: number, asked: Asked): FastScheduled {
    const count = this.table.nodes.length;
    const from = framework.searchFrom();
    const start = from ?? this.nextStartNodeIndex % count;
    const found = of.find(start, this.wanted(framework), fits);
    if (from === null) this.nextStartNodeIndex = (start + found.evaluated) % count;
    const { chooseTie } = this.options;
    if (chooseTie === null && found.ties > 1) return new FastScheduled(of, of.firstTied(), found);
    if (found.ties > 1) asked.tie = chooseTie!(found.ties);
    return new FastScheduled(of, of.tied(Math.max(asked.tie, 0)), found);
  }

  private refuse(
    framework: Framework,
    pod: PodInfo,
    diagnosis: Diagnosis,
    known: CycleState | null,
  ): Unschedulable {
    const nodeCount = this.table.nodes.length;
    const state = new LazyCycleState(framework, pod, known);
    const postFilter = framework.runPostFilterPlugins(state, pod, diagnosis);
    const { features } = framework;
    return {
      kind: "unschedulable",
      state,
      evaluatedNodes: nodeCount,
      diagnosis,
      nodeCount,
      nodeHint: null,
      postFilter,
      message: () =>
        fitErrorMessage(nodeCount, diagnosis, {
          features,
          postFilter: postFilterWords(postFilter, features),
        }),
    };
  }
}

/** A node that was the only one to be looked at. */
function alone(of: FastClass, node: NodeInfo): Scheduled {
  return {
    kind: "scheduled",
    node,
    state: of.stateOf(),
    evaluatedNodes: 1,
    feasible: [node],
    ties: 1,
    diagnosis: new Diagnosis(),
    nominatedNodeFit: false,
    nodeHint: null,
  };
}
