import type { Row } from "../../../record/row-sink.js";
import type { Spec } from "../figure.js";
import type { CurvePoint } from "../mean-curve.js";
import { variantColour, variantDash } from "../theme.js";

export const BAND_COLUMNS = ["panel", "variant", "x", "mean", "lower", "upper", "seeds"] as const;

export function bandRows(
  points: readonly CurvePoint[],
  of: { readonly panel: string; readonly variant: string; readonly seeds: number },
): readonly Row[] {
  return points.map(({ at, mean, lower, upper }) => [
    of.panel,
    of.variant,
    at,
    mean,
    lower,
    upper,
    of.seeds,
  ]);
}

/** Lines of means over filled bands, by variant. */
export function bandLayers(given: {
  readonly labels: readonly string[];
  readonly x: Spec;
  readonly y: Spec;
  readonly hasBand: boolean;
  /** How values between two points are read; default straight. */
  readonly interpolate?: "step-after" | "step-before";
}): readonly Spec[] {
  const { labels, x, y, hasBand } = given;
  const interpolate = given.interpolate === undefined ? {} : { interpolate: given.interpolate };
  const legend = labels.length < 2 ? {} : { legend: { symbolType: "stroke" } };
  const colour = { ...variantColour(labels), ...legend };
  const band = {
    transform: [{ filter: "isValid(datum.lower)" }],
    mark: { type: "area", opacity: 0.22, ...interpolate },
    encoding: {
      x,
      y: { field: "lower", type: "quantitative", ...y },
      y2: { field: "upper" },
      color: colour,
    },
  };
  const line = {
    mark: { type: "line", strokeWidth: 1.5, ...interpolate },
    encoding: {
      x,
      y: { field: "mean", type: "quantitative", ...y },
      color: colour,
      strokeDash: { ...variantDash(labels), ...legend },
    },
  };
  return hasBand ? [band, line] : [line];
}
