import { MICROS_PER_SECOND } from "../../base/time.js";
import {
  constantRate,
  linearRate,
  type Rate,
  SampledRate,
  steppedRate,
} from "../../traffic/arrivals/rate.js";
import type { RateSpec } from "../schema/scenario.js";
import { formatDuration } from "../units.js";
import { type OfTime, rateExpression } from "./rate-expression.js";
import { readSeries } from "./read-series.js";
import type { SeriesFlaw } from "./samples.js";

/** How often an expression is looked at; between two looks it is a straight line. */
const SAMPLE_SECONDS = 1;
/** Of a run that is longer, that many samples are looked at before it. */
const MAX_CHECKS = 200_000;
/** No cluster takes more requests a second. */
const REQUESTS = { unit: "requests a second", max: 1e9 };

export interface RateContext {
  readonly startTimeEpochMicros: number;
  /** How long the run lasts. */
  readonly endMicros: number;
  /** The text of a file, or why there is none. */
  readonly textOf: (file: string) => Promise<string | { readonly problem: string }>;
}

export type RateOrFlaw = Rate | (SeriesFlaw & { readonly key: string | null });

/** The rate that is written, or what is wrong with it and under which of its keys. */
export async function makeRate(spec: RateSpec, context: RateContext): Promise<RateOrFlaw> {
  switch (spec.type) {
    case "constant":
      return constantRate(spec.perSecond);
    case "steps":
    case "linear": {
      const back = spec.points.findIndex(
        ({ seconds }, i) => i > 0 && seconds <= spec.points[i - 1]!.seconds,
      );
      if (back > 0) {
        const message = `point ${back} does not come after the one before: expected times that rise`;
        return { key: spec.type, line: 0, message };
      }
      return spec.type === "steps" ? steppedRate(spec.points) : linearRate(spec.points);
    }
    case "expression":
      return ofExpression(spec.text, context);
    case "series": {
      const text = await context.textOf(spec.file);
      if (typeof text !== "string") return { key: "series", line: 0, message: text.problem };
      const { startTimeEpochMicros } = context;
      const points = readSeries(text, spec, { startTimeEpochMicros, beyond: "zero" });
      return "message" in points ? { key: null, ...points } : steppedRate(points);
    }
  }
}

async function ofExpression(text: string, context: RateContext): Promise<RateOrFlaw> {
  const checked = await checkedExpression(text, context.endMicros, REQUESTS);
  if ("message" in checked) return { key: "expression", line: 0, ...checked };
  const { at } = checked;
  // Between the samples that were looked at it may be anything.
  const safe: OfTime = (seconds) => Math.max(0, Math.min(REQUESTS.max, at(seconds) || 0));
  return new SampledRate(safe, SAMPLE_SECONDS);
}

/** What an expression counts, and the most that is believed. */
export interface Counted {
  readonly unit: string;
  readonly max: number;
}

/** An expression that is from 0 to its maximum at all moments of a run that were looked at. */
export async function checkedExpression(
  text: string,
  endMicros: number,
  { unit, max }: Counted,
): Promise<{ readonly at: OfTime; readonly stepSeconds: number } | { readonly message: string }> {
  const at = await rateExpression(text);
  if (typeof at !== "function") return { message: at.problem };
  const endSeconds = endMicros / MICROS_PER_SECOND;
  const stepSeconds = Math.max(SAMPLE_SECONDS, endSeconds / MAX_CHECKS);
  for (let seconds = 0; seconds <= endSeconds; seconds += stepSeconds) {
    const value = at(seconds);
    if (value >= 0 && value <= max) continue;
    const when = formatDuration(Math.round(seconds * MICROS_PER_SECOND));
    return { message: `is ${value} ${unit} at ${when}: expected 0 to ${max}` };
  }
  return { at, stepSeconds };
}
