import { MICROS_PER_MILLI, type TimeMicros } from "../../base/time.js";
import { Candidates, type Rescored } from "./batch-candidates.js";
import type { CycleState } from "./cycle-state.js";
import type { Result } from "./interfaces.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import { type Framework, normalizes } from "./runtime.js";
import type { ScoreTrace } from "./score-sheet.js";
import { isRejected } from "./status.js";

/** Scores that are older are thrown away. */
const MAX_AGE_MICROS = 500 * MICROS_PER_MILLI;

interface Made {
  readonly framework: Framework;
  readonly signature: string;
  readonly chosen: NodeInfo;
  readonly madeMicros: TimeMicros;
  /** Nodes that were scored and not taken, as they were then: asked for before the cluster is looked at again. */
  readonly candidates: () => Candidates;
}

/** What a cycle leaves to the next one, if that has a pod of the same signature. */
export class NodeBatch {
  private readonly framework: Framework;
  private readonly signature: string;
  private readonly madeMicros: TimeMicros;
  private readonly make: () => Candidates;
  private known: Candidates | null = null;
  /** The node that was taken last. */
  private chosen: NodeInfo;
  /** The nodes of the cluster when all candidates were among them. */
  private order: readonly NodeInfo[];

  constructor({ framework, signature, chosen, madeMicros, candidates }: Made) {
    this.framework = framework;
    this.signature = signature;
    this.chosen = chosen;
    this.madeMicros = madeMicros;
    this.make = candidates;
    this.order = framework.snapshot.nodes;
  }

  private get candidates(): Candidates {
    this.known ??= this.make();
    return this.known;
  }

  copy(): NodeBatch {
    const { framework, signature, chosen, madeMicros } = this;
    const own = this.candidates.copy();
    const copy = new NodeBatch({
      framework,
      signature,
      chosen,
      madeMicros,
      candidates: () => own,
    });
    copy.order = this.order;
    return copy;
  }

  /** Whether it is of use to the pod: if so, what it keeps is safe from what changes from now on. */
  suits(framework: Framework, pod: PodInfo, nowMicros: TimeMicros): boolean {
    if (this.framework !== framework) return false;
    if (framework.features.NominatedPodsAreNotBatched && pod.pod.nominatedNodeName !== "")
      return false;
    if (framework.signPod(pod) !== this.signature) return false;
    if (nowMicros > this.madeMicros + MAX_AGE_MICROS) return false;
    return this.candidates.length > 0;
  }

  /**
   * The next best node of the cycle before, for a pod that no plugin can tell from the one before. If the
   * node that was taken still has room it is scored anew, among the others; up to v1.36 there is no hint
   * then. Source: KEP-5598; kube-scheduler runtime, batch.go.
   */
  hint(judge: BatchJudge, chooseTie: ((count: number) => number) | null): NodeHint | null {
    const { candidates } = this;
    const { snapshot, features } = this.framework;
    const last = snapshot.get(this.chosen.name);
    if (last === undefined) return null;
    const status = judge.filter(last);
    if (status !== null && !isRejected(status)) return null;
    if (status !== null) return this.best(candidates.totals, null, chooseTie);
    if (!features.BatchedNodesAreRescored) return null;
    if (this.order !== snapshot.nodes) {
      if (candidates.nodes.some(({ name }) => snapshot.get(name) === undefined)) return null;
      this.order = snapshot.nodes;
    }
    const rescored = judge.rescore(candidates, last);
    return rescored && this.best(rescored.others ?? candidates.totals, rescored, chooseTie);
  }

  /** Of equal ones the one that came first to the cluster, or any. */
  private best(
    totals: readonly number[],
    rescored: Rescored | null,
    chooseTie: ((count: number) => number) | null,
  ): NodeHint {
    const { nodes } = this.candidates;
    const { snapshot } = this.framework;
    const nameAt = (at: number): string => (nodes[at] ?? rescored!.node).name;
    const ordinalAt = (at: number): number => snapshot.get(nameAt(at))?.ordinal ?? 0;
    let highest = rescored?.total ?? 0;
    for (let i = 0; i < totals.length; i += 1) if (totals[i]! > highest) highest = totals[i]!;
    let ties = 0;
    let best = -1;
    for (let i = 0; i < totals.length; i += 1) {
      if (totals[i] !== highest) continue;
      ties += 1;
      if (best < 0 || (chooseTie === null && ordinalAt(i) < ordinalAt(best))) best = i;
    }
    if (rescored?.total === highest) {
      ties += 1;
      const last = totals.length;
      if (best < 0 || (chooseTie === null && ordinalAt(last) < ordinalAt(best))) best = last;
    }
    if (ties > 1 && chooseTie !== null) best = placeOf(totals, highest, chooseTie(ties));
    return { node: nameAt(best), at: best, rescored };
  }

  /** The pod took the node of the hint: it is no candidate any more. */
  take({ at, rescored }: NodeHint): void {
    const { candidates } = this;
    if (rescored !== null) candidates.add(rescored);
    this.chosen = candidates.nodes[at]!;
    candidates.remove(at);
  }
}

/** Of number `n` (from 0) of those with that total; the one that was scored anew comes last. */
function placeOf(totals: readonly number[], total: number, n: number): number {
  let left = n;
  for (let i = 0; i < totals.length; i += 1) {
    if (totals[i] !== total) continue;
    if (left === 0) return i;
    left -= 1;
  }
  return totals.length;
}

/** A node to be tried before all others. */
export interface NodeHint {
  readonly node: string;
  /** Its place among the candidates. */
  readonly at: number;
  /** The candidate that the node before has become again. */
  readonly rescored: Rescored | null;
}

/** Looks at the node that was taken last, for the pod that comes. */
export interface BatchJudge {
  /** Without nominated pods. */
  filter(node: NodeInfo): Result;
  /** Scores the node, and normalises all scores anew; null if a plugin fails. */
  rescore(known: Candidates, node: NodeInfo): Rescored | null;
}

/** Asks the plugins. */
export class PluginBatchJudge implements BatchJudge {
  constructor(
    private readonly framework: Framework,
    private readonly pod: PodInfo,
    private readonly state: CycleState,
  ) {}

  filter(node: NodeInfo): Result {
    return this.framework.runFilterPlugins(this.state, this.pod, node);
  }

  rescore(known: Candidates, node: NodeInfo): Rescored | null {
    const { framework, pod } = this;
    const nodes = known.nodes.map((one) => framework.snapshot.get(one.name) ?? one);
    nodes.push(node);
    const own = this.state.clone();
    if (framework.runPreScorePlugins(own, pod, nodes) !== null) return null;
    let fixed = 0;
    const raws: number[] = [];
    const totals = new Float64Array(nodes.length);
    for (const { plugin, weight } of framework.scorePlugins) {
      const skipped = own.skipScorePlugins.has(plugin.name);
      const uniform = skipped ? null : (plugin.uniformScore?.(own, pod) ?? null);
      const raw = skipped ? 0 : (uniform?.raw ?? plugin.score(own, pod, node));
      if (!normalizes(plugin)) {
        fixed += raw * weight;
        continue;
      }
      const number = raws.push(raw) - 1;
      if (skipped) continue;
      const column = known.rawColumn(number);
      column[known.length] = raw;
      plugin.normalizeScore(own, pod, nodes, column);
      for (let i = 0; i < totals.length; i += 1) totals[i]! += column[i]! * weight;
    }
    const others = known.fixed.map((one, i) => one + totals[i]!);
    return { node, fixed, raws, total: fixed + totals[known.length]!, others };
  }
}

/** Keeps what a cycle scores, for the next one; hands everything on to another trace. */
export class BatchRecorder implements ScoreTrace {
  private readonly raw = new Map<string, ArrayLike<number>>();
  private sums: ArrayLike<number> = [];

  constructor(private readonly next: ScoreTrace | null) {}

  plugin(scores: Parameters<ScoreTrace["plugin"]>[0]): void {
    this.raw.set(scores.plugin, scores.raw.slice());
    this.next?.plugin(scores);
  }

  totals(totals: Float64Array): void {
    this.sums = totals.slice();
    this.next?.totals(totals);
  }

  /** All nodes but the one that was taken. */
  batch(nodes: readonly NodeInfo[], made: Omit<Made, "candidates">): NodeBatch {
    return new NodeBatch({ ...made, candidates: () => this.candidates(nodes, made) });
  }

  private candidates(
    nodes: readonly NodeInfo[],
    { framework, chosen }: Pick<Made, "framework" | "chosen">,
  ): Candidates {
    const found = new Candidates();
    const columns = framework.scorePlugins.map(({ plugin, weight }) => ({
      weight: normalizes(plugin) ? 0 : weight,
      isNormalized: normalizes(plugin),
      raw: this.raw.get(plugin.name) ?? [],
    }));
    nodes.forEach((node, i) => {
      if (node === chosen) return;
      const raws: number[] = [];
      let fixed = 0;
      for (const { weight, isNormalized, raw } of columns) {
        if (isNormalized) raws.push(raw[i] ?? 0);
        else fixed += (raw[i] ?? 0) * weight;
      }
      found.append({ node, fixed, raws }, this.sums[i]!);
    });
    return found;
  }
}
