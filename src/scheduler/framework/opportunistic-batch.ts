import { MICROS_PER_MILLI, type TimeMicros } from "../../base/time.js";
import type { CycleState } from "./cycle-state.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import { type Framework, normalizes } from "./runtime.js";
import type { ScoreTrace } from "./score-sheet.js";
import { isRejected } from "./status.js";

/** Scores that are older are thrown away. */
const MAX_AGE_MICROS = 500 * MICROS_PER_MILLI;

/** A node that may come next, with what each plugin scored it before normalising. */
interface Candidate {
  readonly name: string;
  readonly raw: ReadonlyMap<string, number>;
  readonly total: number;
}

/** What a cycle leaves to the next one, if that has a pod of the same signature. Immutable. */
export interface NodeBatch {
  readonly framework: Framework;
  readonly signature: string;
  /** Nodes that were scored and not taken. Made when they are asked for: most batches never are. */
  readonly candidates: () => readonly Candidate[];
  readonly chosen: string;
  readonly madeMicros: TimeMicros;
}

/** A node to be tried before all others, and what is left of the batch without it. */
export interface NodeHint {
  readonly node: string;
  readonly rest: NodeBatch;
}

interface Asking {
  readonly framework: Framework;
  readonly pod: PodInfo;
  readonly state: CycleState;
  readonly nowMicros: TimeMicros;
  readonly chooseTie: ((count: number) => number) | null;
}

/**
 * The next best node of the cycle before, for a pod that no plugin can tell from the one before. If the
 * node that was taken still has room it is scored anew, among the others; up to v1.36 there is no hint
 * then. Source: KEP-5598; kube-scheduler runtime, batch.go.
 */
export function nodeHint(batch: NodeBatch | null, asking: Asking): NodeHint | null {
  const { framework, pod, state, nowMicros } = asking;
  if (batch === null || batch.framework !== framework) return null;
  if (framework.features.NominatedPodsAreNotBatched && pod.pod.nominatedNodeName !== "")
    return null;
  if (framework.signPod(pod) !== batch.signature) return null;
  if (nowMicros > batch.madeMicros + MAX_AGE_MICROS) return null;
  let candidates = batch.candidates();
  if (candidates.length === 0) return null;
  const last = framework.snapshot.get(batch.chosen);
  if (last === undefined) return null;
  const status = framework.runFilterPlugins(state, pod, last);
  if (status !== null && !isRejected(status)) return null;
  if (status === null) {
    if (!framework.features.BatchedNodesAreRescored) return null;
    const rescored = rescore(candidates, last, asking);
    if (rescored === null) return null;
    candidates = rescored;
  }
  return takeBest(batch, candidates, asking);
}

function takeBest(
  batch: NodeBatch,
  all: readonly Candidate[],
  { framework, chooseTie }: Asking,
): NodeHint {
  const highest = Math.max(...all.map(({ total }) => total));
  const ties = all.filter(({ total }) => total === highest);
  const ordinalOf = ({ name }: Candidate): number => framework.snapshot.get(name)?.ordinal ?? 0;
  const best =
    ties.length > 1 && chooseTie !== null
      ? ties[chooseTie(ties.length)]!
      : ties.reduce((first, other) => (ordinalOf(other) < ordinalOf(first) ? other : first));
  const candidates = all.filter((candidate) => candidate !== best);
  return { node: best.name, rest: { ...batch, candidates: () => candidates } };
}

/** The candidates with the node that was taken, normalised together; null if one of them is gone. */
function rescore(
  known: readonly Candidate[],
  last: NodeInfo,
  { framework, pod, state }: Asking,
): readonly Candidate[] | null {
  const nodes: NodeInfo[] = [];
  for (const { name } of known) {
    const node = framework.snapshot.get(name);
    if (node === undefined) return null;
    nodes.push(node);
  }
  nodes.push(last);
  const own = state.clone();
  if (framework.runPreScorePlugins(own, pod, nodes) !== null) return null;
  const totals = new Float64Array(nodes.length);
  const lastRaw = new Map<string, number>();
  for (const { plugin, weight } of framework.scorePlugins) {
    if (own.skipScorePlugins.has(plugin.name)) continue;
    const uniform = plugin.uniformScore?.(own, pod) ?? null;
    const raw = uniform === null ? plugin.score(own, pod, last) : uniform.raw;
    lastRaw.set(plugin.name, raw);
    const scores = Float64Array.from([...known.map((c) => c.raw.get(plugin.name) ?? 0), raw]);
    if (normalizes(plugin)) plugin.normalizeScore(own, pod, nodes, scores);
    for (let i = 0; i < totals.length; i += 1) totals[i]! += scores[i]! * weight;
  }
  const all = [...known, { name: last.name, raw: lastRaw, total: 0 }];
  return all.map((candidate, i) => ({ ...candidate, total: totals[i]! }));
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
  batch(
    nodes: readonly NodeInfo[],
    made: Pick<NodeBatch, "framework" | "signature" | "chosen" | "madeMicros">,
  ): NodeBatch {
    const names = nodes.map(({ name }) => name);
    let candidates: readonly Candidate[] | null = null;
    const all = () => {
      candidates ??= this.candidates(names).filter(({ name }) => name !== made.chosen);
      return candidates;
    };
    return { ...made, candidates: all };
  }

  private candidates(names: readonly string[]): readonly Candidate[] {
    return names.map((name, i) => ({
      name,
      raw: new Map([...this.raw].map(([plugin, scores]) => [plugin, scores[i]!])),
      total: this.sums[i]!,
    }));
  }
}
