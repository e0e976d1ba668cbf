import type { PodShape } from "./pod-shapes.js";
import { GPU_RESOURCE } from "./trace-pod.js";
import type { ClusterCapacity } from "./trace-options.js";
import type { TraceTable } from "./trace-table.js";

/** Demand of one resource over what the cluster has of it. */
export interface OfferedLoad {
  readonly resource: string;
  /** Weighted by time, from the start of the replay to its end. */
  readonly meanRatio: number;
  readonly peakRatio: number;
}

interface Resource {
  readonly name: string;
  readonly of: (shape: PodShape) => number;
  readonly capacity: (capacity: ClusterCapacity) => number;
}

/** The resources whose demand is told, in the order in which they are told. */
export const DEMANDED_RESOURCES: readonly Resource[] = [
  { name: "cpu", of: (shape) => shape.cpuMillis, capacity: (capacity) => capacity.cpuMillis },
  { name: "memory", of: (shape) => shape.memoryBytes, capacity: (c) => c.memoryBytes },
  { name: GPU_RESOURCE, of: (shape) => shape.gpus, capacity: (capacity) => capacity.gpus },
];

/**
 * What the pods would ask of the cluster if each began at its arrival, over the time from 0 to
 * `spanMicros`. Resources of which the cluster has none are left out.
 */
export function offeredLoad(
  table: TraceTable,
  capacity: ClusterCapacity,
  spanMicros: number,
): readonly OfferedLoad[] {
  const ends = endsInOrder(table);
  const loads: OfferedLoad[] = [];
  for (const resource of DEMANDED_RESOURCES) {
    const available = resource.capacity(capacity);
    if (available <= 0) continue;
    const demand = demandOver(table, ends, { resource, spanMicros });
    const meanRatio = spanMicros > 0 ? demand.integral / spanMicros / available : 0;
    loads.push({ resource: resource.name, meanRatio, peakRatio: demand.peak / available });
  }
  return loads;
}

/** Rows whose pods end, by the time of their end. */
function endsInOrder(table: TraceTable): Int32Array {
  const rows = new Int32Array(table.size);
  const ends = new Float64Array(table.size);
  let count = 0;
  for (let row = 0; row < table.size; row++) {
    ends[row] = table.arrivalMicros(row) + table.lifetimeMicros(row);
    if (Number.isFinite(ends[row]!)) rows[count++] = row;
  }
  return rows.subarray(0, count).sort((a, b) => ends[a]! - ends[b]!);
}

/** At one instant ends come before arrivals: what is handed over does not count twice. */
function demandOver(
  table: TraceTable,
  ends: Int32Array,
  over: { readonly resource: Resource; readonly spanMicros: number },
): { readonly integral: number; readonly peak: number } {
  const amounts = Array.from(table.shapes, over.resource.of);
  let demand = 0;
  let peak = 0;
  let integral = 0;
  let next = 0;
  for (let row = 0; row < table.size; row++) {
    const arrival = table.arrivalMicros(row);
    while (next < ends.length) {
      const ended = ends[next]!;
      if (table.arrivalMicros(ended) + table.lifetimeMicros(ended) > arrival || ended >= row) break;
      demand -= amounts[table.shapeId(ended)]!;
      next += 1;
    }
    const amount = amounts[table.shapeId(row)]!;
    demand += amount;
    peak = Math.max(peak, demand);
    const inSpan = Math.min(table.lifetimeMicros(row), over.spanMicros - arrival);
    integral += amount * Math.max(0, inSpan);
  }
  return { integral, peak };
}
