import type { TimeMicros } from "../../base/time.js";
import type { Labels } from "../../api/kubernetes.js";

/** The resource that GPUs of a trace are asked for as. */
export const GPU_RESOURCE = "nvidia.com/gpu";

/** One pod as a trace tells of it, before anything is selected, scaled or rounded. */
export interface TracePod {
  /** Number of the row among the trace's rows, from 0; draws about the pod are keyed by it. */
  readonly ordinal: number;
  /** Its name in the trace; empty where the trace has none. */
  readonly name: string;
  readonly namespace: string;
  /** In the trace's own time. */
  readonly arrivalMicros: TimeMicros;
  /** How long it lived in the trace; null where the trace does not say. */
  readonly lifetimeMicros: TimeMicros | null;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Thousandths of a GPU; below 1000 (or no multiple of it) is a share of one. */
  readonly gpuMillis: number;
  /** The GPU models that will do; empty: any. */
  readonly gpuModels: readonly string[];
  /** A number, or the name of a PriorityClass; empty where the trace has none. */
  readonly priority: string;
  readonly labels: Labels;
}

/** Something wrong in a trace's text, with what would be right; the file's name is added above. */
export interface TraceIssue {
  /** From 1. */
  readonly line: number;
  /** Name of the column; empty where the row as a whole is concerned. */
  readonly column: string;
  /** What stands there, shortened. */
  readonly value: string;
  readonly message: string;
}
