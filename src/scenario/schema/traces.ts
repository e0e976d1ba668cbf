import { z } from "zod";
import { described } from "./leaf.js";
import { duration, filePath, number, text, word } from "./scalars.js";
import type { CsvTrace, OpenbTrace, Trace, TraceColumn, TraceColumns } from "./scenario.js";
import { TIME_UNITS } from "./time-units.js";

const CPU_UNITS = { cores: 1_000, m: 1 };
const MEMORY_UNITS = {
  B: 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};
const GPU_UNITS = { gpus: 1, m: 0.001 };

/** A column by its name, or with the unit of its numbers; the first unit is the default. */
function column(units: Readonly<Record<string, number>>, about: string, isQuantity = false) {
  const names = Object.keys(units);
  const named = text.transform(
    (from): TraceColumn => ({
      from,
      factor: units[names[0]!]!,
      ...(isQuantity ? { isQuantity: true as const } : {}),
    }),
  );
  const full = z.strictObject({ from: text, unit: word(...names).optional() }).transform(
    (given): TraceColumn => ({
      from: given.from,
      factor: units[given.unit ?? names[0]!]!,
      ...(isQuantity && given.unit === undefined ? { isQuantity: true as const } : {}),
    }),
  );
  const quantities = isQuantity ? ", and quantities such as 500m and 4Gi are read too" : "";
  const known = `Units: ${names.join(", ")}; without one, ${names[0]}${quantities}.`;
  return described(z.union([named, full]), `${about} ${known}`);
}

/** A column whose content is taken as it is. */
function plainColumn(description: string) {
  const named = text.transform((from): TraceColumn => ({ from, factor: 1 }));
  const full = z
    .strictObject({ from: text })
    .transform(({ from }): TraceColumn => ({ from, factor: 1 }));
  return described(z.union([named, full]), description);
}

const columns = z.strictObject({
  name: plainColumn("Name of the pod.").optional(),
  namespace: plainColumn("Namespace of the pod.").optional(),
  arrival: column(TIME_UNITS, "When the pod is created."),
  duration: column(TIME_UNITS, "How long it runs.").optional(),
  end: column(TIME_UNITS, "When it ends, instead of `duration`.").optional(),
  cpu: column(CPU_UNITS, "CPU request.", true).optional(),
  memory: column(MEMORY_UNITS, "Memory request.", true).optional(),
  gpu: column(GPU_UNITS, "GPUs, as nvidia.com/gpu.", true).optional(),
  priority: plainColumn("Priority of the pod.").optional(),
});

const traceKeys = z.strictObject({
  format: described(word("openb", "csv"), "The reader."),
  path: described(filePath, "The file; `data:…` is looked up in the data folder."),
  columns: described(
    columns.optional(),
    "For csv: which column holds what; a column by its name, or `{ from: name, unit: ms }`.",
  ),
  window: described(
    z
      .strictObject({
        from: described(duration.optional(), "Start, in the trace's time.", { default: "0s" }),
        to: described(duration.optional(), "End; without it, the end of the trace."),
      })
      .optional(),
    "The part of the trace that is replayed; its start becomes the start of the run.",
  ),
  sample: described(
    number({ above: 0, max: 1 }).optional(),
    "Share of the pods that is kept, drawn by seed.",
    { default: 1 },
  ),
  load: described(
    number({ above: 0, max: 1_000 }).optional(),
    "Demand over capacity: pods are resampled by seed until it is reached.",
  ),
  order: described(word("trace", "shuffled").optional(), "Order of arrival.", {
    default: "trace",
  }),
  timeScale: described(
    number({ above: 0, max: 1e6 }).optional(),
    "Arrivals are this many times denser.",
    { default: 1 },
  ),
  lifetime: described(
    word("duration", "absolute", "none").optional(),
    "`duration`: as long as in the trace, from its own simulated start; `absolute`: until its end in the trace; `none`: never ends.",
    { default: "duration" },
  ),
  fractionalGpu: described(
    word("exclude", "roundUp", "share").optional(),
    "What becomes of pods that ask for a part of a GPU: `exclude` or `roundUp`; `share` is not supported yet.",
    { default: "exclude" },
  ),
});
type TraceKeys = z.output<typeof traceKeys>;

function toColumns(given: z.output<typeof columns>): TraceColumns {
  return {
    name: given.name ?? null,
    namespace: given.namespace ?? null,
    arrival: given.arrival,
    duration: given.duration ?? null,
    end: given.end ?? null,
    cpu: given.cpu ?? null,
    memory: given.memory ?? null,
    gpu: given.gpu ?? null,
    priority: given.priority ?? null,
  };
}

/** The key and the words of what is wrong between keys. */
function traceProblem(trace: TraceKeys): readonly [string, string] | undefined {
  const from = trace.window?.from ?? 0;
  if (trace.window?.to !== undefined && trace.window.to <= from) {
    return ["window", "`to` must be later than `from`"];
  }
  if (trace.fractionalGpu === "share") {
    return [
      "fractionalGpu",
      "not supported yet: GPUs that pods share (`share`); expected exclude or roundUp",
    ];
  }
  if (trace.format === "openb") {
    return trace.columns === undefined
      ? undefined
      : ["columns", "openb has columns of its own: leave this key out"];
  }
  if (trace.columns === undefined) return ["columns", "is required for csv"];
  if (trace.columns.duration !== undefined && trace.columns.end !== undefined) {
    return ["columns", "expected either `duration` or `end`, not both"];
  }
  const endless = trace.columns.duration === undefined && trace.columns.end === undefined;
  if (endless && trace.lifetime !== "none") {
    return ["columns", "expected `duration` or `end`, or else `lifetime: none` beside `columns`"];
  }
  return undefined;
}

export const trace = traceKeys.transform((given, context): Trace => {
  const problem = traceProblem(given);
  if (problem !== undefined) {
    const [key, message] = problem;
    context.addIssue({ code: "custom", message, path: [key], input: given });
    return z.NEVER;
  }
  const options = {
    file: given.path,
    window: { fromMicros: given.window?.from ?? 0, toMicros: given.window?.to ?? null },
    sample: given.sample ?? 1,
    load: given.load ?? null,
    order: given.order ?? "trace",
    timeScale: given.timeScale ?? 1,
    lifetime: given.lifetime ?? "duration",
    fractionalGpu: given.fractionalGpu === "roundUp" ? "roundUp" : "exclude",
  } as const;
  if (given.columns === undefined) return { ...options, format: "openb" } satisfies OpenbTrace;
  const csv: CsvTrace = { ...options, format: "csv", columns: toColumns(given.columns) };
  return csv;
});
