import type { TimeMicros } from "../../base/time.js";

/** What is made of a trace. Everything is drawn by the seed and keyed by a pod's ordinal. */
export interface TraceOptions {
  /** In the trace's own time; pods that arrive outside are left out. */
  readonly window: { readonly fromMicros: TimeMicros; readonly toMicros: TimeMicros | null };
  /** Share of the pods that is kept, in (0, 1]. */
  readonly sample: number;
  /** Demand over capacity that pods are cloned or left out to reach; null: as it is. */
  readonly load: number | null;
  readonly order: "trace" | "shuffled";
  /** Arrivals are this many times denser. */
  readonly timeScale: number;
  /**
   * `duration`: as long as in the trace, from the start of its simulated run; `absolute`: until the
   * moment at which it ended in the trace; `none`: for ever.
   */
  readonly lifetime: "duration" | "absolute" | "none";
  /** What becomes of pods that ask for a part of a GPU. */
  readonly fractionalGpu: "exclude" | "roundUp";
}

/** What a cluster can give to pods, summed over its nodes. */
export interface ClusterCapacity {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly gpus: number;
}

/** What contradicts itself in the options: the key, and a clause about it; null for none. */
export function traceOptionsProblem(
  options: TraceOptions,
): { readonly key: keyof TraceOptions; readonly message: string } | null {
  if (options.order === "shuffled" && options.lifetime === "absolute") {
    return {
      key: "lifetime",
      message: "`absolute` ends have no meaning in shuffled order: expected duration or none",
    };
  }
  return null;
}
