import { assert } from "../../base/assert.js";
import type { ClusterState } from "../framework/cluster-state.js";
import { CycleState } from "../framework/cycle-state.js";
import { type Diagnosis, fitErrorMessage, postFilterWords } from "../framework/fit-error.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { NodeBatch } from "../framework/opportunistic-batch.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import type { ScoreTrace } from "../framework/score-sheet.js";
import {
  type AlgorithmOptions,
  type CycleOutcome,
  type Scheduled,
  SchedulingAlgorithm,
  type Unschedulable,
  numFeasibleNodesToFind,
} from "../framework/scheduling-algorithm.js";
import type { FastClass, Found } from "./fast-class.js";
import { FastClasses, type ReadyClass, type RememberOptions } from "./fast-classes.js";
import { FastDiagnosis } from "./fast-diagnosis.js";
import { LazyCycleState } from "./lazy-cycle-state.js";
import { closeNominated } from "./nominations.js";
import { NodeTable } from "./node-table.js";
import { PlainPart } from "./plain-part.js";
import { pluginPartsOf } from "./plugin-parts.js";
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
 *      │
 *     shape-groups: values by group of nodes (node-groups), maxima of blocks (block-maxima)
 *      │
 *      │ pod-sums: what placed pods come to, by topology; follows each pod (template-uses, label-pairs)
 *      │  ├─ of shared domains ─► by group
 *      │  └─ of single nodes ─► host-marks ─► marked-nodes ─┐
 *      │ nominations: nodes that other pods wait for ───────┤
 *      ▼                                                    ▼
 *     fast-class ◄────────────── nodes-aside: taken out of their groups, looked at one by one
 *      │ prepare: rules filter each group ─► open or closed; how many nodes fit
 *      │ find:    where sampling ends ─► best value of each open group (group-rows)
 *      │          + score of the group, normalised over those present (group-scores) ─► highest total
 *      │ tied:    the node that the tie-break chooses
 *      ▼
 *     scheduled, or refused with counts by status (fast-diagnosis) ─► PostFilter (lazy-cycle-state)
 *
 *     plugins that cannot be told, for this pod ─► plain-part: a scan that asks these on each node
 *     PreFilter refuses or names nodes, errors, --explain … ─► the plain form as a whole
 */
export class FastSchedulingAlgorithm {
  private readonly plain: SchedulingAlgorithm;
  private readonly table: NodeTable;
  private readonly remember: RememberOptions;
  private readonly classes = new Map<Framework, FastClasses>();
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
    const tie = { asked: -1 };
    const ready = trace === null ? this.ready(framework, pod) : null;
    const outcome = ready === null ? null : this.decide(framework, pod, ready, tie);
    if (outcome === null) {
      this.plainDecisions += 1;
      return this.plain.schedule(framework, pod, trace);
    }
    this.fastDecisions += 1;
    this.plain.batch = null;
    const { verifyEvery = 0 } = this.options;
    if (verifyEvery > 0 && this.fastDecisions % verifyEvery === 0) {
      verifyDecision(this.options, framework, pod, {
        outcome,
        start,
        next: this.nextStartNodeIndex,
        tie: tie.asked,
      });
    }
    return outcome;
  }

  private ready(framework: Framework, pod: PodInfo): ReadyClass | null {
    const { state, table } = this;
    if (pod.pod.nominatedNodeName !== "" || framework.signPod(pod) !== null) return null;
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
    table.sync();
    const ready = classes.ready(pod);
    if (ready === null || !framework.nominator.any) return ready;
    return closeNominated(framework, pod, table, ready.aside) ? ready : null;
  }

  /** Null where only the plain form can tell. */
  private decide(
    framework: Framework,
    pod: PodInfo,
    { of, groups, plain }: ReadyClass,
    tie: { asked: number },
  ): CycleOutcome | null {
    const fits = of.prepare(groups);
    if (plain.length > 0) return this.decideWith(new PlainPart(of, pod, plain), pod, of, tie);
    if (fits > 0) return this.place(framework, of, fits, tie);
    const from = framework.searchFrom();
    const start = from ?? this.nextStartNodeIndex % this.table.nodes.length;
    if (from === null) this.nextStartNodeIndex = start;
    of.lookedAtAll(start);
    const diagnosis = new FastDiagnosis(of, of.statusCounts(), this.table.nodes.length);
    return this.refuse(framework, pod, diagnosis, null);
  }

  private wanted(framework: Framework): number {
    const percentage = framework.percentageOfNodesToScore(this.options.percentageOfNodesToScore);
    return numFeasibleNodesToFind(percentage, this.table.nodes.length);
  }

  private decideWith(
    part: PlainPart,
    pod: PodInfo,
    { desk }: FastClass,
    tie: { asked: number },
  ): CycleOutcome | null {
    const { framework } = desk.parts;
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
    if (ties > 1 && chooseTie !== null) tie.asked = chooseTie(ties);
    const node =
      tie.asked >= 0 ? best[tie.asked]! : best.reduce((a, b) => (b.ordinal < a.ordinal ? b : a));
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

  private place(
    framework: Framework,
    of: FastClass,
    fits: number,
    tie: { asked: number },
  ): Scheduled {
    const count = this.table.nodes.length;
    const from = framework.searchFrom();
    const start = from ?? this.nextStartNodeIndex % count;
    const found = of.find(start, this.wanted(framework), fits);
    if (from === null) this.nextStartNodeIndex = (start + found.evaluated) % count;
    const { chooseTie } = this.options;
    if (chooseTie === null && found.ties > 1) return new FastScheduled(of, of.firstTied(), found);
    if (found.ties > 1) tie.asked = chooseTie!(found.ties);
    return new FastScheduled(of, of.tied(Math.max(tie.asked, 0)), found);
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

const OUTDATED = "nodes of a decision are asked for after a change";

/** What a fast cycle found; the lists of nodes can be asked for until the cluster changes. */
class FastScheduled implements Scheduled {
  readonly kind = "scheduled";
  readonly evaluatedNodes: number;
  readonly ties: number;
  readonly nominatedNodeFit = false;
  readonly nodeHint = null;
  private readonly feasibleCount: number;
  private readonly moment: number;
  private made: CycleState | null = null;

  constructor(
    private readonly of: FastClass,
    readonly node: NodeInfo,
    found: Found,
  ) {
    this.evaluatedNodes = found.evaluated;
    this.ties = found.ties;
    this.feasibleCount = found.feasible;
    this.moment = of.moment;
  }

  /** Without anything in it: no plugin of a recognised pod writes what Reserve or Bind read. */
  get state(): CycleState {
    this.made ??= new CycleState();
    return this.made;
  }

  get feasible(): readonly NodeInfo[] {
    assert(this.moment === this.of.moment, OUTDATED);
    return this.of.feasible();
  }

  get diagnosis(): FastDiagnosis {
    assert(this.moment === this.of.moment, OUTDATED);
    return new FastDiagnosis(
      this.of,
      this.of.countRefused(),
      this.evaluatedNodes - this.feasibleCount,
    );
  }
}
