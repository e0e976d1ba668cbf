import { exp, ln } from "../../../kernel/math.js";
import type { Row } from "../../../record/row-sink.js";
import type { RunResult } from "../../results/read-results.js";
import { eachPod } from "../../results/run-tables.js";
import {
  type Figure,
  type FigureMaker,
  figureName,
  metricOfRequest,
  NotDrawable,
} from "../figure.js";
import { bandNotes, meanCurve } from "../mean-curve.js";
import { inPanels } from "../panels.js";
import { panelOf, variantLabels } from "../variant-labels.js";
import { BAND_COLUMNS, bandLayers, bandRows } from "./band-layers.js";

const POINTS = 160;
/** Spans wider than this are shown on a logarithmic axis. */
const WIDE = 50;
/** What takes less is shown as this, on an axis that has no zero. */
const SHORTEST_SECONDS = 0.001;

interface Durations {
  /** Rising. */
  readonly seconds: Float64Array;
  /** All pods, those too that never got there. */
  readonly count: number;
}

const WHAT = {
  pod_wait_seconds: { title: "pod wait (s)", end: "boundSeconds", meaning: "were bound" },
  pod_startup_seconds: { title: "pod startup (s)", end: "readySeconds", meaning: "were Ready" },
} as const;

/** The share of pods that were bound (or Ready) within so long, by variant. Pods that never were count too. */
export const ecdf: FigureMaker = (input, request): Figure => {
  const metric = metricOfRequest(request, "pod_wait_seconds");
  if (!(metric in WHAT)) {
    throw new NotDrawable(`ecdf: expected ${Object.keys(WHAT).join(" or ")}, not ${metric}`);
  }
  const { title, end, meaning } = WHAT[metric as keyof typeof WHAT];
  const labels = variantLabels(input.variants, request.panel ?? null);
  const all = new Map(
    input.variants.map((variant) => [
      variant,
      [...variant.runs].sort(([a], [b]) => a - b).map(([, run]) => durationsOf(run, end)),
    ]),
  );
  const grid = gridOver([...all.values()].flat());
  const notes = new Set<string>();
  const rows: Row[] = [];
  let never = 0;
  for (const [variant, seeds] of all) {
    const curves = seeds.map((one) => grid.at.map((limit) => shareWithin(one, limit)));
    const name = `${variant.scenario}/${variant.name}/${metric}`;
    const points = meanCurve(grid.at, curves, { ...input, name });
    for (const note of bandNotes(seeds.length, input.level)) notes.add(note);
    for (const { count, seconds } of seeds) never += count - seconds.length;
    const clipped = points.map((point) => ({
      ...point,
      lower: Math.max(0, point.lower),
      upper: Math.min(1, point.upper),
    }));
    const panel = panelOf(variant, request.panel);
    rows.push(...bandRows(clipped, { panel, variant: labels.get(variant)!, seeds: seeds.length }));
  }
  if (never > 0)
    notes.add(`curves end below 1 where pods never ${meaning}: ${never} over all runs`);
  const names = [...new Set(labels.values())];
  const panels = [...new Set(rows.map(([panel]) => String(panel)))];
  const layers = bandLayers({
    labels: names,
    x: {
      field: "x",
      type: "quantitative",
      title,
      scale: grid.isLog ? { type: "log", nice: false } : { zero: true, nice: false },
      axis: { grid: false, format: "~g", tickCount: 6 },
    },
    y: { title: `share of pods that ${meaning}`, scale: { domain: [0, 1] } },
    hasBand: rows.some((row) => Number.isFinite(row[4])),
  });
  return {
    name: figureName(request, metric),
    description: `Cumulative distribution of ${title}, by variant: ${names.join("; ")}`,
    spec: inPanels(layers, panels),
    data: { columns: BAND_COLUMNS, rows },
    notes: [...notes],
  };
};

/** Of the pods that were created within what is measured. */
function durationsOf(run: RunResult, end: "boundSeconds" | "readySeconds"): Durations {
  const from = measuredFrom(run);
  const found: number[] = [];
  let count = 0;
  eachPod(run, (pod) => {
    if (pod.createdSeconds < from) return;
    count += 1;
    const seconds = pod[end] - pod.createdSeconds;
    if (Number.isFinite(seconds)) found.push(seconds);
  });
  return { seconds: Float64Array.from(found).sort(), count };
}

function measuredFrom({ record }: RunResult): number {
  const resolved = record.resolved as { measure?: { fromMicros?: unknown } } | undefined;
  const from = resolved?.measure?.fromMicros;
  return typeof from === "number" ? from / 1e6 : 0;
}

function gridOver(all: readonly Durations[]): { at: readonly number[]; isLog: boolean } {
  const ends = all.flatMap(({ seconds }) =>
    seconds.length === 0 ? [] : [[seconds[0]!, seconds[seconds.length - 1]!] as const],
  );
  if (ends.length === 0) throw new NotDrawable("ecdf: no pod got that far in any run");
  const low = Math.max(SHORTEST_SECONDS, Math.min(...ends.map(([first]) => first)));
  const high = Math.max(low * 1.01, ...ends.map(([, last]) => last));
  const isLog = high / low > WIDE;
  const from = isLog ? ln(low) : 0;
  const to = isLog ? ln(high) : high;
  const at = Array.from({ length: POINTS + 1 }, (_, i) => {
    const value = from + ((to - from) * i) / POINTS;
    return isLog ? exp(value) : value;
  });
  at[POINTS] = high;
  if (isLog) at[0] = low;
  return { at, isLog };
}

function shareWithin({ seconds, count }: Durations, limit: number): number {
  let low = 0;
  let high = seconds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (seconds[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return count === 0 ? Number.NaN : low / count;
}
