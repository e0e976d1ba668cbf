import type { ObjectReader } from "../../framework/configuration/object-reader.js";
import type { UtilizationShapePoint } from "../node-resources-fit/scoring-strategy.js";

/** `shape` of a plugin's arguments: at least one point, in rising order. */
export function readShape(ratio: ObjectReader): readonly UtilizationShapePoint[] {
  const points = ratio.objects("shape", ["utilization", "score"]).map((point) => ({
    utilization: point.integer("utilization", { min: 0, max: 100 }) ?? 0,
    score: point.integer("score", { min: 0, max: 10 }) ?? 0,
    /** As it was written, be it out of range. */
    written: Number(point.raw("utilization") ?? 0),
    path: point.path,
  }));
  if (points.length === 0) {
    ratio.issues.required(ratio.at("shape"), "at least one point must be specified");
  }
  const falling = points.findIndex(({ written }, i) => i > 0 && written <= points[i - 1]!.written);
  if (falling > 0) {
    const { path, written } = points[falling]!;
    const detail = "values must be sorted in increasing order";
    ratio.issues.invalid(`${path}.utilization`, written, detail);
  }
  return points.map(({ utilization, score }) => ({ utilization, score }));
}
