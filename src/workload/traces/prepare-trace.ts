import type { TimeMicros } from "../../base/time.js";
import { DEMANDED_RESOURCES, offeredLoad } from "./demand.js";
import type { PodNames } from "./pod-names.js";
import { contentionWarning, type TraceFacts } from "./trace-facts.js";
import type { LoadedTrace } from "./trace-loader.js";
import { type ClusterCapacity, traceOptionsProblem } from "./trace-options.js";
import type { TraceTable } from "./trace-table.js";
import { toLoad } from "./transform/load.js";
import { inOrderOfArrival, shuffled } from "./transform/order.js";

/** Pods that are ready to be replayed, in the order of their arrival. */
export interface PreparedTrace {
  readonly name: string;
  readonly table: TraceTable;
  readonly names: PodNames;
  /** Whether pods end at a moment, rather than after a time. */
  readonly absoluteEnds: boolean;
  readonly facts: TraceFacts;
}

/**
 * Brings a trace to its load on this cluster, puts it in order and tells what it asks for; or says
 * in a clause why its options contradict each other or its load cannot be reached.
 */
export function prepareTrace(
  loaded: LoadedTrace,
  capacity: ClusterCapacity,
): PreparedTrace | string {
  const { name, options, streams, names } = loaded;
  const problem = traceOptionsProblem(options);
  if (problem !== null) return `${problem.key}: ${problem.message}`;
  let table = inOrderOfArrival(loaded.table);
  const spanMicros = spanOf(table, loaded);
  const warnings: string[] = [];
  if (options.load !== null && table.size > 0) {
    const endless = options.lifetime === "none";
    const target = { streams, trace: name, capacity, load: options.load, spanMicros, endless };
    const reached = toLoad(table, target);
    if (typeof reached === "string") return reached;
    table = inOrderOfArrival(reached.table);
  }
  if (options.order === "shuffled") table = shuffled(table, streams, name);
  const loads = offeredLoad(table, capacity, spanMicros);
  warnings.push(...missingResources(name, table, capacity));
  const idle =
    table.size === 0
      ? `nothing is left of trace ${name}: its window, sample and other options select none of its pods`
      : contentionWarning(name, loads);
  if (idle !== null) warnings.push(idle);
  const facts: TraceFacts = {
    name,
    podsRead: loaded.podsRead,
    podsReplayed: table.size,
    clones: clonesIn(table),
    spanMicros,
    offeredLoad: loads,
    leftOut: loaded.leftOut,
    changed: loaded.changed,
    warnings,
  };
  return { name, table, names, absoluteEnds: options.lifetime === "absolute", facts };
}

/** To the end of the window, or else to the last arrival; of pods that all come at once, to the last end. */
function spanOf(table: TraceTable, { options }: LoadedTrace): TimeMicros {
  const { fromMicros, toMicros } = options.window;
  if (toMicros !== null) return Math.round((toMicros - fromMicros) / options.timeScale);
  const last = table.size === 0 ? 0 : table.arrivalMicros(table.size - 1);
  if (last > 0) return last;
  let end = 0;
  for (let row = 0; row < table.size; row++) {
    const lifetime = table.lifetimeMicros(row);
    if (Number.isFinite(lifetime)) end = Math.max(end, lifetime);
  }
  return end;
}

function clonesIn(table: TraceTable): number {
  let clones = 0;
  for (let row = 0; row < table.size; row++) if (table.clone(row) > 0) clones += 1;
  return clones;
}

function missingResources(
  name: string,
  table: TraceTable,
  capacity: ClusterCapacity,
): readonly string[] {
  const warnings: string[] = [];
  for (const resource of DEMANDED_RESOURCES) {
    if (resource.capacity(capacity) > 0) continue;
    const amounts = Array.from(table.shapes, resource.of);
    let pods = 0;
    for (let row = 0; row < table.size; row++) if (amounts[table.shapeId(row)]! > 0) pods += 1;
    if (pods > 0) {
      warnings.push(`${pods} pods of trace ${name} ask for ${resource.name}, which no node has`);
    }
  }
  return warnings;
}
