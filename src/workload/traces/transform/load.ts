import type { RandomStreams } from "../../../kernel/random-streams.js";
import { DEMANDED_RESOURCES } from "../demand.js";
import type { ClusterCapacity } from "../trace-options.js";
import type { TraceRow, TraceTable } from "../trace-table.js";

/** More pods than this, and a load counts as out of reach. */
const MAX_PODS = 20_000_000;

export interface LoadTarget {
  readonly streams: RandomStreams;
  /** Name of the trace: key of the draws. */
  readonly trace: string;
  readonly capacity: ClusterCapacity;
  /** Demand over capacity of the resource that is asked for most. */
  readonly load: number;
  /** The time over which demand is averaged where pods end; not used where none does. */
  readonly spanMicros: number;
  /** Pods never end: demand is what all of them ask for together. */
  readonly endless: boolean;
}

export interface LoadedTo {
  readonly table: TraceTable;
  /** The resource whose demand is the load. */
  readonly resource: string;
}

/**
 * Brings a trace to a load. Too little demand: all of its pods stay, and clones of pods drawn with
 * replacement are added until the load is reached; a clone arrives between its original and the pod
 * that follows it, at a moment that is drawn. Too much: pods stay in the order of a number drawn for
 * each until the load is reached. A higher load keeps all that a lower one has. The load is that of
 * the dominating resource: demand over capacity is highest for it. Without demand, or where it
 * cannot be reached, the answer is a clause that says why.
 *
 * Source: the inflation of the workload in the FGD paper (USENIX ATC 2023), which counts GPUs.
 */
export function toLoad(table: TraceTable, target: LoadTarget): LoadedTo | string {
  const dominating = dominatingResource(table, target);
  if (dominating === null) {
    return "no load can be reached: the pods ask for nothing that the cluster has";
  }
  const resource = DEMANDED_RESOURCES[dominating.index]!.name;
  if (dominating.ratio >= target.load) {
    const shares = sharesOf(table, target, dominating.index);
    return { table: thinned(table, target, shares), resource };
  }
  const clones = ((target.load - dominating.ratio) / dominating.ratio) * table.size;
  if (table.size + clones > MAX_PODS) {
    return `the load would take about ${Math.round(clones)} clones: at most ${MAX_PODS} pods in all`;
  }
  return { table: inflated(table, target, dominating), resource };
}

function dominatingResource(
  table: TraceTable,
  target: LoadTarget,
): { readonly index: number; readonly ratio: number } | null {
  let found: { readonly index: number; readonly ratio: number } | null = null;
  for (let index = 0; index < DEMANDED_RESOURCES.length; index++) {
    if (DEMANDED_RESOURCES[index]!.capacity(target.capacity) <= 0) continue;
    const shares = sharesOf(table, target, index);
    let ratio = 0;
    for (const share of shares) ratio += share;
    if (ratio > 0 && (found === null || ratio > found.ratio)) found = { index, ratio };
  }
  return found;
}

/** What each row adds to the load of that resource. */
function sharesOf(table: TraceTable, target: LoadTarget, resource: number): Float64Array {
  const { of, capacity } = DEMANDED_RESOURCES[resource]!;
  const amounts = Array.from(table.shapes, of);
  const available = capacity(target.capacity);
  const shares = new Float64Array(table.size);
  for (let row = 0; row < table.size; row++) {
    const amount = amounts[table.shapeId(row)]! / available;
    shares[row] = amount * presence(target, table.row(row));
  }
  return shares;
}

/** The part of the span for which the pod is there. */
function presence(target: LoadTarget, pod: TraceRow): number {
  if (target.endless || target.spanMicros <= 0) return 1;
  const left = target.spanMicros - pod.arrivalMicros;
  return Math.max(0, Math.min(pod.lifetimeMicros, left)) / target.spanMicros;
}

function thinned(table: TraceTable, target: LoadTarget, shares: Float64Array): TraceTable {
  const name = `workload/trace/${target.trace}/load/kept`;
  const numbers = new Float64Array(table.size);
  for (let row = 0; row < table.size; row++) {
    numbers[row] = target.streams.draw(name, table.ordinal(row));
  }
  const rows = Int32Array.from({ length: table.size }, (_, row) => row);
  rows.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  let count = 0;
  for (let ratio = 0; ratio < target.load && count < rows.length; count++) {
    ratio += shares[rows[count]!]!;
  }
  return table.select(rows.subarray(0, count).sort());
}

function inflated(
  table: TraceTable,
  target: LoadTarget,
  base: { readonly index: number; readonly ratio: number },
): TraceTable {
  const { streams, trace } = target;
  const { of, capacity } = DEMANDED_RESOURCES[base.index]!;
  const available = capacity(target.capacity);
  const rows = Int32Array.from({ length: table.size }, (_, row) => row);
  const result = table.select(rows);
  let ratio = base.ratio;
  for (let clone = 1; ratio < target.load && result.size < MAX_PODS; clone++) {
    const row = Math.floor(streams.draw(`workload/trace/${trace}/load/source`, clone) * table.size);
    const original = table.row(row);
    const next = row + 1 < table.size ? table.arrivalMicros(row + 1) : original.arrivalMicros;
    const place = streams.draw(`workload/trace/${trace}/load/arrival`, clone);
    const delay = Math.floor(place * (next - original.arrivalMicros));
    const added = { ...original, clone, arrivalMicros: original.arrivalMicros + delay };
    result.add(added);
    ratio += (of(table.shapes.at(added.shape)) / available) * presence(target, added);
  }
  return result;
}
