import type { OfferedLoad } from "./demand.js";

/** How many pods something was done to, and what. */
export interface TraceNote {
  readonly count: number;
  /** A clause about them: `asked for a part of a GPU and were left out`. */
  readonly what: string;
}

/** What became of a trace, for the summary. */
export interface TraceFacts {
  readonly name: string;
  /** Pods that the trace has. */
  readonly podsRead: number;
  /** Pods that the replay creates, clones included. */
  readonly podsReplayed: number;
  readonly clones: number;
  /** From the start of the replay to its last arrival, or to the end of the window. */
  readonly spanMicros: number;
  readonly offeredLoad: readonly OfferedLoad[];
  readonly leftOut: readonly TraceNote[];
  readonly changed: readonly TraceNote[];
  /** Sentences for whoever reads the results. */
  readonly warnings: readonly string[];
}

/** Below this share of capacity at the peak, pods hardly meet on a node. */
const CONTENTION_RATIO = 0.8;

/** A warning where the trace leaves the scheduler nothing to decide between pods; null where not. */
export function contentionWarning(name: string, loads: readonly OfferedLoad[]): string | null {
  const highest = loads.reduce((peak, load) => Math.max(peak, load.peakRatio), 0);
  if (highest >= CONTENTION_RATIO) return null;
  const told = loads.map((load) => `${load.resource} ${Math.round(load.peakRatio * 100)} %`);
  return (
    `nothing contends in trace ${name}: at its peak it asks for ${told.join(", ")} of what the ` +
    "cluster has; `load` or a smaller cluster makes pods compete"
  );
}

/** Counts by what was done, in the order of first use. */
export class NoteCounts {
  private readonly counts = new Map<string, number>();

  add(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  list(): readonly TraceNote[] {
    return [...this.counts].map(([what, count]) => ({ count, what }));
  }
}
