import { MICROS_PER_SECOND } from "../../base/time.js";
import { linearRate, type Rate, type RatePoint, steppedRate } from "../../traffic/arrivals/rate.js";
import type { UsageSpec } from "../schema/scenario.js";
import { type Counted, checkedExpression, type RateContext } from "./make-rate.js";
import { readRows, readSeries } from "./read-series.js";
import type { SeriesFlaw } from "./samples.js";

/** What may be used: of nothing there is more. */
const UNITS: Readonly<Record<"cpu" | "memory", Counted>> = {
  cpu: { unit: "cores", max: 1e6 },
  memory: { unit: "bytes", max: 1e15 },
};

type UsageOrFlaw = readonly Rate[] | (SeriesFlaw & { readonly key: string | null });

/** The curves of a usage, one a line of its file where each pod has its own; or what is wrong. */
export async function loadUsage(
  resource: "cpu" | "memory",
  { curve, isByPod }: UsageSpec,
  context: RateContext,
): Promise<UsageOrFlaw> {
  if (curve.type === "expression") return ofExpression(curve.text, resource, context);
  const text = await context.textOf(curve.file);
  if (typeof text !== "string") return { key: "series", line: 0, message: text.problem };
  const { startTimeEpochMicros } = context;
  const where = { startTimeEpochMicros, beyond: "hold" } as const;
  if (isByPod) {
    const rows = readRows(text, curve, where);
    return "message" in rows ? { key: null, ...rows } : rows.map(steppedRate);
  }
  const points = readSeries(text, curve, where);
  return "message" in points ? { key: null, ...points } : [steppedRate(points)];
}

async function ofExpression(
  text: string,
  resource: "cpu" | "memory",
  { endMicros }: RateContext,
): Promise<UsageOrFlaw> {
  const checked = await checkedExpression(text, endMicros, UNITS[resource]);
  if ("message" in checked) return { key: "expression", line: 0, ...checked };
  const { at, stepSeconds } = checked;
  const points: RatePoint[] = [];
  const endSeconds = endMicros / MICROS_PER_SECOND;
  for (let seconds = 0; seconds <= endSeconds; seconds += stepSeconds) {
    points.push({ seconds, perSecond: at(seconds) });
  }
  return [linearRate(points)];
}
