import type { Row } from "../../../record/row-sink.js";
import type { RunResult } from "../../results/read-results.js";
import { readSeries } from "../../results/run-tables.js";
import { metricTitle } from "../axis-titles.js";
import {
  type Figure,
  type FigureMaker,
  figureName,
  metricOfRequest,
  NotDrawable,
} from "../figure.js";
import { inPanels } from "../panels.js";
import { panelOf, variantLabels } from "../variant-labels.js";
import { BAND_COLUMNS, bandLayers } from "./band-layers.js";

/** Demand is shown from 0 to 130 % of what the cluster has, as in the literature. */
const HIGHEST = 1.3;
/** Steps of demand a whole capacity. */
const STEPS = 100;

/**
 * A metric against the demand that has arrived: at each step of demand the value when it was first reached, its mean over
 * seeds and the band from lowest to highest.
 */
export const demand: FigureMaker = (input, request): Figure => {
  const key = metricOfRequest(request, "allocation_ratio{resource=cpu}");
  const load = request.x ?? "offered_load_ratio{resource=cpu}";
  const labels = variantLabels(input.variants, request.panel ?? null);
  let unit = "";
  const rows: Row[] = input.variants.flatMap((variant): Row[] => {
    const curves = [...variant.runs.values()].map((run) => {
      const curve = byDemand(run, key, load);
      unit = curve.unit;
      return curve.values;
    });
    const panel = panelOf(variant, request.panel);
    return Array.from({ length: HIGHEST * STEPS + 1 }, (_, i) => i).flatMap((i) => {
      const values = curves.map((curve) => curve[i]!);
      if (!values.every(Number.isFinite)) return [];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return [[panel, labels.get(variant)!, i / STEPS, mean, low, high, values.length]];
    });
  });
  if (rows.length === 0) throw new NotDrawable(`demand: ${load} is never above 0 in all seeds`);
  const names = [...new Set(labels.values())];
  const title = metricTitle(key, unit);
  const layers = bandLayers({
    labels: names,
    x: {
      field: "x",
      type: "quantitative",
      title: `arrived demand over capacity (${/resource=([^;}]+)/.exec(load)?.[1] ?? load})`,
      scale: { domain: [0, HIGHEST] },
      axis: { format: "~%", grid: false, tickCount: 7 },
    },
    y: { title, scale: { zero: true } },
    hasBand: input.variants.some(({ runs }) => runs.size > 1),
  });
  return {
    name: figureName(request, key),
    description: `${title} against arrived demand, by variant: ${names.join("; ")}`,
    spec: inPanels(layers, [...new Set(rows.map(([panel]) => String(panel)))]),
    data: { columns: BAND_COLUMNS, rows },
    notes: ["line: mean over seeds; filled: from the lowest to the highest seed"],
  };
};

/** The metric when demand first reached 0 %, 1 % and so on; NaN where it never did. */
function byDemand(run: RunResult, key: string, load: string) {
  const found = readSeries(run, new Set([key, load]));
  const [values, loads] = [found.get(key), found.get(load)];
  if (values === undefined || loads === undefined) {
    const missing = values === undefined ? key : load;
    throw new NotDrawable(`${run.path}/timeseries.csv has no series ${missing}`);
  }
  const valueAt = new Map(values.seconds.map((at, i) => [at, values.values[i]!]));
  const steps = Array.from({ length: HIGHEST * STEPS + 1 }, () => Number.NaN);
  let next = 0;
  for (const [i, at] of loads.seconds.entries()) {
    const value = valueAt.get(at) ?? Number.NaN;
    while (next < steps.length && loads.values[i]! >= next / STEPS) steps[next++] = value;
  }
  return { unit: values.unit, values: steps };
}
