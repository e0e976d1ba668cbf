import type { RandomStreams } from "../../../kernel/random-streams.js";
import { TraceTable } from "../trace-table.js";

/** The rows by time of arrival; pods of one instant stay in the order of the trace. */
export function inOrderOfArrival(table: TraceTable): TraceTable {
  let sorted = true;
  for (let row = 1; row < table.size && sorted; row++) {
    sorted = compareRows(table, row - 1, row) <= 0;
  }
  if (sorted) return table;
  const rows = Int32Array.from({ length: table.size }, (_, row) => row);
  return table.select(rows.sort((a, b) => compareRows(table, a, b)));
}

function compareRows(table: TraceTable, a: number, b: number): number {
  return (
    table.arrivalMicros(a) - table.arrivalMicros(b) ||
    table.ordinal(a) - table.ordinal(b) ||
    table.clone(a) - table.clone(b)
  );
}

/**
 * The same arrival times, and the same pods with their lifetimes, but which pod comes at which of
 * the times is drawn: each pod has a number of its own, and they come in the order of the numbers.
 */
export function shuffled(table: TraceTable, streams: RandomStreams, trace: string): TraceTable {
  const numbers = new Float64Array(table.size);
  for (let row = 0; row < table.size; row++) {
    const clone = table.clone(row);
    const name = `workload/trace/${trace}/order${clone === 0 ? "" : "/clones"}`;
    numbers[row] = streams.draw(name, clone === 0 ? table.ordinal(row) : clone);
  }
  const rows = Int32Array.from({ length: table.size }, (_, row) => row);
  rows.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  const result = new TraceTable(table.shapes);
  for (let place = 0; place < table.size; place++) {
    const pod = table.row(rows[place]!);
    result.add({ ...pod, arrivalMicros: table.arrivalMicros(place) });
  }
  return result;
}
