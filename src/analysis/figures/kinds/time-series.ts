import { METRICS } from "../../../record/metrics/registry.js";
import type { Row } from "../../../record/row-sink.js";
import { metricOf, type RunResult } from "../../results/read-results.js";
import { readSeries, type Series, seriesKeys } from "../../results/run-tables.js";
import type { Variant } from "../../results/variants.js";
import { metricTitle, timeUnit } from "../axis-titles.js";
import {
  type Figure,
  type FigureInput,
  type FigureMaker,
  figureName,
  metricsOf,
  NotDrawable,
} from "../figure.js";
import { bandNotes, type CurvePoint, meanCurve } from "../mean-curve.js";
import { inPanels } from "../panels.js";
import { panelOf, variantLabels } from "../variant-labels.js";
import { BAND_COLUMNS, bandLayers, bandRows } from "./band-layers.js";

/** Points of a curve; more would not be seen in a column. */
const MAX_POINTS = 200;
const USUAL = "pods_pending_count";

/** A metric over time, one line a variant: the mean over seeds and its simultaneous band. */
export const timeSeries: FigureMaker = (input, request): Figure => {
  const keys = metricsOf(request, [USUAL]);
  if (keys.length > 1 && request.panel !== undefined) {
    throw new NotDrawable("timeseries: give either several metrics or a panel, not both");
  }
  const found = readAll(input, keys);
  const labels = variantLabels(input.variants, request.panel ?? null);
  const unit = timeUnit(found.seconds.at(-1) ?? 0);
  const notes = new Set(found.notes);
  const rows: Row[] = [];
  const titles = keys.map((key) => metricTitle(key, found.unitOf(key)));
  for (const [k, key] of keys.entries()) {
    for (const variant of input.variants) {
      const curves = found.curves(variant, key);
      const points = binned(found.seconds, curves, isSum(key));
      const name = `${variant.scenario}/${variant.name}/${key}`;
      const mean = meanCurve(points.seconds, points.values, { ...input, name });
      for (const note of bandNotes(curves.length, input.level)) notes.add(note);
      const panel = keys.length > 1 ? titles[k]! : panelOf(variant, request.panel);
      const shown = mean.map((point) => ({
        ...withinRange(point, key, points.values),
        at: point.at / unit.seconds,
      }));
      rows.push(...bandRows(shown, { panel, variant: labels.get(variant)!, seeds: curves.length }));
    }
  }
  const names = [...new Set(labels.values())];
  const panels = [...new Set(rows.map(([panel]) => String(panel)))];
  const layers = bandLayers({
    labels: names,
    x: { field: "x", type: "quantitative", title: `time (${unit.symbol})`, axis: { grid: false } },
    y: { title: keys.length > 1 ? null : titles[0], scale: { zero: true } },
    hasBand: rows.some((row) => Number.isFinite(row[4])),
  });
  const scales = keys.length > 1 ? "independent" : "shared";
  return {
    name: figureName(request, ...keys),
    description: `${titles.join("; ")} over time, by variant: ${names.join("; ")}`,
    spec: inPanels(layers, panels, { scales }),
    data: { columns: BAND_COLUMNS, rows },
    notes: [...notes],
  };
};

/** Shares of a whole. */
const AT_MOST_ONE = new Set(["allocation_ratio", "demand_served_ratio"]);

/** A band says nothing of values that there cannot be: below 0 where nothing ever is, above all of a whole. */
function withinRange(
  point: CurvePoint,
  key: string,
  curves: readonly (readonly number[])[],
): CurvePoint {
  const least = curves.some((values) => values.some((value) => value < 0))
    ? Number.NEGATIVE_INFINITY
    : 0;
  const most = AT_MOST_ONE.has(metricOf(key)) ? 1 : Number.POSITIVE_INFINITY;
  return { ...point, lower: Math.max(least, point.lower), upper: Math.min(most, point.upper) };
}

function isSum(key: string): boolean {
  const definition = METRICS[metricOf(key) as keyof typeof METRICS];
  return definition !== undefined && definition.where === "both" && definition.unit !== "ratio";
}

/** The series of all runs over the intervals that all have. */
function readAll({ variants }: FigureInput, keys: readonly string[]) {
  const wanted = new Set(keys);
  const byRun = new Map<RunResult, ReadonlyMap<string, Series>>();
  const times: Set<number>[] = [];
  for (const run of variants.flatMap((variant) => [...variant.runs.values()])) {
    const found = readSeries(run, wanted);
    for (const key of keys) if (!found.has(key)) throw new NotDrawable(withoutSeries(run, key));
    byRun.set(run, found);
    times.push(new Set([...found.values()].flatMap(({ seconds }) => seconds)));
  }
  const ends = times.map((seconds) => Math.max(...seconds));
  const last = Math.min(...ends);
  const longest = times[ends.indexOf(Math.max(...ends))]!;
  const grid = [...longest].filter((at) => at <= last).sort((a, b) => a - b);
  const notes =
    last < Math.max(...ends)
      ? [`runs are not equally long: ${last} s are shown, which all have`]
      : [];
  return {
    notes,
    seconds: grid,
    unitOf: (key: string) => [...byRun.values()][0]!.get(key)!.unit,
    curves: (variant: Variant, key: string) =>
      [...variant.runs]
        .sort(([a], [b]) => a - b)
        .map(([, run]) => onGrid(byRun.get(run)!.get(key)!, grid, isSum(key) ? 0 : Number.NaN)),
  };
}

/** A series may begin late: counts are 0 before, what else there is is not known. */
function onGrid({ seconds, values }: Series, grid: readonly number[], before: number): number[] {
  const known = new Map(seconds.map((at, i) => [at, values[i]!]));
  return grid.map((at) => known.get(at) ?? before);
}

function withoutSeries(run: RunResult, key: string): string {
  const known = [...seriesKeys(run)].filter((other) => metricOf(other) === metricOf(key));
  const hint = known.length > 0 ? `; there are ${known.slice(0, 10).join(", ")}` : "";
  return `${run.path}/timeseries.csv has no series ${key}${hint}`;
}

/** At most {@link MAX_POINTS} points a curve: intervals put together, by their sum or their mean. */
function binned(
  seconds: readonly number[],
  curves: readonly (readonly number[])[],
  isSummed: boolean,
) {
  const width = Math.ceil(seconds.length / MAX_POINTS);
  const ends: number[] = [];
  for (let end = width - 1; end < seconds.length; end += width) ends.push(end);
  return {
    seconds: ends.map((end) => seconds[end]!),
    values: curves.map((values) =>
      ends.map((end) => {
        let sum = 0;
        for (let i = end - width + 1; i <= end; i += 1) sum += values[i]!;
        return isSummed ? sum : sum / width;
      }),
    ),
  };
}
