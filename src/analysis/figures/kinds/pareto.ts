import type { Row } from "../../../record/row-sink.js";
import { metricTitle } from "../axis-titles.js";
import { betterEnd } from "../better.js";
import { type Figure, type FigureMaker, figureName, NotDrawable } from "../figure.js";
import { inPanels } from "../panels.js";
import { keyNamed, meanInterval, unitOfKey, valuesBySeed } from "../summary-values.js";
import { variantColour } from "../theme.js";
import { variantLabels } from "../variant-labels.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points that no other is at least as good as in both and better in one; where equals stand all of them. */
export function paretoFront<P extends Point>(
  points: readonly P[],
  better: { readonly x: "lower" | "higher"; readonly y: "lower" | "higher" },
): readonly P[] {
  const [signX, signY] = [better.x === "lower" ? 1 : -1, better.y === "lower" ? 1 : -1];
  const beats = (a: Point, b: Point) =>
    signX * a.x <= signX * b.x && signY * a.y <= signY * b.y && (a.x !== b.x || a.y !== b.y);
  return points
    .filter((point) => !points.some((other) => beats(other, point)))
    .sort((a, b) => a.x - b.x);
}

/** Two metrics, one point a variant with its intervals, and the front of those that no other beats in both. */
export const pareto: FigureMaker = (input, request): Figure => {
  const [x, y] = [
    keyNamed(input, request.x ?? "nodes_used_mean_count"),
    keyNamed(input, request.y ?? "pod_wait_mean_seconds"),
  ];
  const labels = variantLabels(input.variants);
  const points = input.variants.flatMap((variant) => {
    const [xs, ys] = [x, y].map((key) => valuesBySeed(variant, key).map(({ value }) => value));
    if (xs!.length === 0 || ys!.length === 0) return [];
    const [ofX, ofY] = [meanInterval(xs!, input.level), meanInterval(ys!, input.level)];
    return [{ variant: labels.get(variant)!, x: ofX.mean, y: ofY.mean, ofX, ofY }];
  });
  if (points.length === 0) throw new NotDrawable(`pareto: no variant knows both ${x} and ${y}`);
  const better = { x: betterEnd(x), y: betterEnd(y) };
  const front = new Set(paretoFront(points, better));
  const rows: Row[] = points.map((point) => [
    point.variant,
    point.x,
    point.ofX.lower,
    point.ofX.upper,
    point.y,
    point.ofY.lower,
    point.ofY.upper,
    front.has(point) ? 1 : 0,
  ]);
  const names = [...new Set(labels.values())];
  const colour = variantColour(names);
  const axis = (key: string) => ({
    type: "quantitative",
    title: metricTitle(key, unitOfKey(input, key)),
    scale: { zero: false, padding: 8 },
  });
  const [axisX, axisY] = [axis(x), axis(y)];
  const layers = [
    {
      transform: [{ filter: "datum.front == 1" }],
      mark: {
        type: "line",
        // What lies behind the front is beaten by a point of it: the steps bend towards the bad side.
        interpolate: better.x === "lower" ? "step-after" : "step-before",
        color: "#888888",
        strokeDash: [3, 2],
        strokeWidth: 1,
      },
      encoding: { x: { field: "x", ...axisX }, y: { field: "y", ...axisY }, order: { field: "x" } },
    },
    {
      transform: [{ filter: "isValid(datum.x_lower)" }],
      mark: { type: "rule", strokeWidth: 0.8, opacity: 0.6 },
      encoding: {
        x: { field: "x_lower", ...axisX },
        x2: { field: "x_upper" },
        y: { field: "y", ...axisY },
        color: colour,
      },
    },
    {
      transform: [{ filter: "isValid(datum.y_lower)" }],
      mark: { type: "rule", strokeWidth: 0.8, opacity: 0.6 },
      encoding: {
        x: { field: "x", ...axisX },
        y: { field: "y_lower", ...axisY },
        y2: { field: "y_upper" },
        color: colour,
      },
    },
    {
      mark: { type: "point", filled: true, size: 45, opacity: 1 },
      encoding: {
        x: { field: "x", ...axisX },
        y: { field: "y", ...axisY },
        color: colour,
        shape: {
          field: "variant",
          type: "nominal",
          title: null,
          scale: { domain: names },
          ...(names.length < 2 ? { legend: null } : {}),
        },
      },
    },
  ];
  return {
    name: figureName(request, x, y),
    description: `${y} against ${x}, by variant: ${names.join("; ")}`,
    spec: inPanels(layers, []),
    data: {
      columns: ["variant", "x", "x_lower", "x_upper", "y", "y_lower", "y_upper", "front"],
      rows,
    },
    notes: [
      `better: ${better.x === "lower" ? "left" : "right"} and ${better.y === "lower" ? "down" : "up"}`,
      `the dashed line joins the variants whose means no other beats in both: ${points
        .filter((point) => front.has(point))
        .map(({ variant }) => variant)
        .join(", ")}`,
      `whiskers: ${Number((input.level * 100).toFixed(2))} % intervals by Student's t`,
    ],
  };
};
