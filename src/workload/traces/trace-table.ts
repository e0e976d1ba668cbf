import type { TimeMicros } from "../../base/time.js";
import { PodShapes } from "./pod-shapes.js";

const INITIAL_CAPACITY = 1024;

/** Stands for a lifetime without an end, or one that the trace does not tell. */
export const ENDLESS = Number.POSITIVE_INFINITY;

/** One row of a {@link TraceTable}. */
export interface TraceRow {
  /** Number of its row in the trace. */
  readonly ordinal: number;
  /** Number of the clone, from 1; 0 for the pod of the trace itself. */
  readonly clone: number;
  readonly arrivalMicros: TimeMicros;
  readonly lifetimeMicros: TimeMicros;
  readonly shape: number;
}

/** Pods of a trace in columns: some tens of bytes a pod, so that millions fit. */
export class TraceTable {
  readonly shapes: PodShapes;
  private rows = 0;
  private ordinals = new Float64Array(INITIAL_CAPACITY);
  private clones = new Int32Array(INITIAL_CAPACITY);
  private arrivals = new Float64Array(INITIAL_CAPACITY);
  private lifetimes = new Float64Array(INITIAL_CAPACITY);
  private shapeIds = new Int32Array(INITIAL_CAPACITY);

  constructor(shapes = new PodShapes()) {
    this.shapes = shapes;
  }

  get size(): number {
    return this.rows;
  }

  add(row: TraceRow): void {
    if (this.rows === this.ordinals.length) this.grow();
    const at = this.rows++;
    this.ordinals[at] = row.ordinal;
    this.clones[at] = row.clone;
    this.arrivals[at] = row.arrivalMicros;
    this.lifetimes[at] = row.lifetimeMicros;
    this.shapeIds[at] = row.shape;
  }

  ordinal(row: number): number {
    return this.ordinals[row]!;
  }

  clone(row: number): number {
    return this.clones[row]!;
  }

  arrivalMicros(row: number): TimeMicros {
    return this.arrivals[row]!;
  }

  /** {@link ENDLESS} where the pod never ends. */
  lifetimeMicros(row: number): TimeMicros {
    return this.lifetimes[row]!;
  }

  shapeId(row: number): number {
    return this.shapeIds[row]!;
  }

  /** Pods that arrive later than that. */
  arrivalsAfter(timeMicros: TimeMicros): number {
    let later = 0;
    for (let row = 0; row < this.rows; row++) if (this.arrivals[row]! > timeMicros) later += 1;
    return later;
  }

  row(at: number): TraceRow {
    return {
      ordinal: this.ordinals[at]!,
      clone: this.clones[at]!,
      arrivalMicros: this.arrivals[at]!,
      lifetimeMicros: this.lifetimes[at]!,
      shape: this.shapeIds[at]!,
    };
  }

  /** A table of the same shapes with these rows of this one, in this order. */
  select(rows: ArrayLike<number>): TraceTable {
    const table = new TraceTable(this.shapes);
    for (let i = 0; i < rows.length; i++) table.add(this.row(rows[i]!));
    return table;
  }

  private grow(): void {
    const capacity = this.ordinals.length * 2;
    this.ordinals = grown(this.ordinals, new Float64Array(capacity));
    this.clones = grown(this.clones, new Int32Array(capacity));
    this.arrivals = grown(this.arrivals, new Float64Array(capacity));
    this.lifetimes = grown(this.lifetimes, new Float64Array(capacity));
    this.shapeIds = grown(this.shapeIds, new Int32Array(capacity));
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
