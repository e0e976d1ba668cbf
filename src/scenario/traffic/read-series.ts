import { MICROS_PER_SECOND } from "../../base/time.js";
import type { RatePoint } from "../../traffic/arrivals/rate.js";
import type { RateSeries } from "../schema/scenario.js";
import { csvSamples } from "./csv-samples.js";
import { prometheusSamples } from "./prometheus-samples.js";
import { namedRow, rowSamples } from "./row-samples.js";
import type { Sample, Samples, SeriesFlaw } from "./samples.js";

/** Gaps are what is longer than so many of the shortest steps. */
const STEP_TOLERANCE = 1.5;

const INSTEAD = "expected `gaps: hold` or `linear`";

/** Where and when a series is read. */
export interface SeriesContext {
  readonly startTimeEpochMicros: number;
  /** What holds before the first value and after the last: nothing (`zero`), or these. */
  readonly beyond: "zero" | "hold";
}

type Points = readonly RatePoint[] | SeriesFlaw;

/**
 * The values that a file says, as points that hold until the next (`linear`: in gaps straight lines, as
 * many points). What lies before the run is passed over.
 */
export function readSeries(text: string, spec: RateSeries, context: SeriesContext): Points {
  const found = samplesOf(text, spec, context.startTimeEpochMicros);
  return "message" in found ? found : checkedPoints(found, spec, context);
}

/** The series of every line, in their order. */
export function readRows(
  text: string,
  spec: RateSeries,
  context: SeriesContext,
): readonly (readonly RatePoint[])[] | SeriesFlaw {
  const rows = rowSamples(text, spec.everyMicros!);
  if ("message" in rows) return rows;
  const all: (readonly RatePoint[])[] = [];
  for (const { line, samples } of rows) {
    const points = checkedPoints(samples, spec, context);
    if ("message" in points) return { ...points, line: points.line || line };
    all.push(points);
  }
  return all;
}

function samplesOf(text: string, spec: RateSeries, startMicros: number): Samples {
  if (spec.row !== null) return namedRow(text, spec);
  return text.trimStart().startsWith("{")
    ? prometheusSamples(text, spec, startMicros)
    : csvSamples(text, spec, startMicros);
}

function checkedPoints(
  found: readonly Sample[],
  spec: RateSeries,
  { beyond }: SeriesContext,
): Points {
  const known = found.filter(({ value }) => !Number.isNaN(value));
  if (known.length === 0) return { line: 0, message: "holds no value" };
  for (const [i, { line, seconds }] of found.entries()) {
    const before = found[i - 1];
    if (before === undefined || seconds > before.seconds) continue;
    const what = seconds === before.seconds ? "is that of the row before" : "goes back";
    return { line, message: `the time ${what}: expected times that rise` };
  }
  const atEdge = [found[0]!, found.at(-1)!].find(({ value }) => Number.isNaN(value));
  if (atEdge !== undefined && spec.gaps === "refuse") {
    return { line: atEdge.line, message: `the value is missing: ${INSTEAD}` };
  }
  const step = shortestStep(found);
  const points = filledPoints(known, step, spec);
  if ("message" in points) return points;
  const last = points.at(-1)!;
  if (beyond === "hold") return withinRun(points, points[0]!.perSecond);
  return withinRun([...points, { seconds: last.seconds + step, perSecond: 0 }], 0);
}

function filledPoints(
  known: readonly Sample[],
  step: number,
  { gaps, perMicros, scale }: RateSeries,
): Points {
  const factor = (scale * MICROS_PER_SECOND) / perMicros;
  const points: RatePoint[] = [];
  for (const [i, { line, seconds, value }] of known.entries()) {
    points.push({ seconds, perSecond: value * factor });
    const next = known[i + 1];
    if (next === undefined) break;
    const missing = Math.round((next.seconds - seconds) / step) - 1;
    if (next.seconds - seconds <= STEP_TOLERANCE * step || gaps === "hold") continue;
    if (gaps === "refuse") {
      const what = missing === 1 ? "a value is" : `${missing} values are`;
      return { line, message: `${what} missing behind it: ${INSTEAD}` };
    }
    for (let k = 1; k <= missing; k++) {
      const share = k / (missing + 1);
      const between = value + (next.value - value) * share;
      const at = seconds + (next.seconds - seconds) * share;
      points.push({ seconds: at, perSecond: between * factor });
    }
  }
  return points;
}

function shortestStep(samples: readonly Sample[]): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < samples.length; i++) {
    shortest = Math.min(shortest, samples[i]!.seconds - samples[i - 1]!.seconds);
  }
  return Number.isFinite(shortest) ? shortest : 1;
}

/** From time 0 on: the last point before it holds there, or `before` where there is none. */
function withinRun(points: readonly RatePoint[], before: number): Points {
  const first = points.findIndex(({ seconds }) => seconds > 0);
  if (first < 0 && points.length > 1) {
    return { line: 0, message: "ends before the run begins: see `startTime`" };
  }
  const later = first < 0 ? [] : points.slice(first);
  const { perSecond } = points[(first < 0 ? points.length : first) - 1] ?? { perSecond: before };
  return [{ seconds: 0, perSecond }, ...later];
}
