import type { TraceOptions } from "../../src/workload/traces/trace-options.js";

/** A trace without any transformation. */
export const AS_IT_IS: TraceOptions = {
  window: { fromMicros: 0, toMicros: null },
  sample: 1,
  load: null,
  order: "trace",
  timeScale: 1,
  lifetime: "duration",
  fractionalGpu: "exclude",
};
