import type { Row } from "../../../record/row-sink.js";
import type { Variant } from "../../results/variants.js";
import { metricTitle } from "../axis-titles.js";
import {
  type Figure,
  type FigureMaker,
  figureName,
  metricOfRequest,
  NotDrawable,
} from "../figure.js";
import { inPanels } from "../panels.js";
import { keyNamed, meanInterval, unitOfKey, valuesBySeed } from "../summary-values.js";
import { variantColour } from "../theme.js";
import { panelOf, variantLabels } from "../variant-labels.js";
import { BAND_COLUMNS, bandLayers } from "./band-layers.js";

/** A metric against a numeric axis of the experiment; straight lines are power laws, for both axes are logarithmic. */
export const scaling: FigureMaker = (input, request): Figure => {
  const key = keyNamed(input, metricOfRequest(request, "pod_wait_mean_seconds"));
  const axis = request.x ?? numericAxis(input.variants);
  const without = input.variants.map(({ assignment, ...variant }) => ({
    ...variant,
    assignment: new Map([...assignment].filter(([name]) => name !== axis)),
  }));
  const labels = variantLabels(without, request.panel ?? null);
  const notes = new Set<string>();
  const rows: Row[] = input.variants.flatMap((variant, i) => {
    const at = Number(variant.assignment.get(axis));
    const values = valuesBySeed(variant, key).map(({ value }) => value);
    if (values.length === 0) return [];
    const { mean, lower, upper } = meanInterval(values, input.level);
    if (!(at > 0 && mean > 0)) {
      notes.add(`left out where ${axis} or the mean is not above 0, for logarithmic axes`);
      return [];
    }
    const label = without.length > 0 ? labels.get(without[i]!)! : "";
    const low = lower > 0 ? lower : Number.NaN;
    return [[panelOf(variant, request.panel), label, at, mean, low, upper, values.length]];
  });
  if (rows.length === 0) throw new NotDrawable(`scaling: no variant has a mean of ${key} above 0`);
  rows.sort((a, b) => Number(a[2]) - Number(b[2]));
  const names = [...new Set(without.map((variant) => labels.get(variant)!))];
  const title = metricTitle(key, unitOfKey(input, key));
  const x = {
    field: "x",
    type: "quantitative",
    title: axis.slice(axis.lastIndexOf(".") + 1),
    scale: { type: "log", nice: false, padding: 6 },
    axis: { format: "~s", tickCount: 5, grid: false },
  };
  const y = { title, scale: { type: "log" }, axis: { format: "~g", tickCount: 5 } };
  const layers = [
    ...bandLayers({
      labels: names,
      x,
      y,
      hasBand: rows.some((row) => Number.isFinite(row[4])),
    }),
    {
      mark: { type: "point", filled: true, size: 25, opacity: 1 },
      encoding: {
        x,
        y: { field: "mean", type: "quantitative", ...y },
        color: variantColour(names),
      },
    },
  ];
  return {
    name: figureName(request, key, axis),
    description: `${title} against ${axis}, logarithmic, by variant: ${names.join("; ")}`,
    spec: inPanels(layers, [...new Set(rows.map(([panel]) => String(panel)))]),
    data: { columns: BAND_COLUMNS, rows },
    notes: [
      ...notes,
      `filled: ${Number((input.level * 100).toFixed(2))} % intervals at each point by Student's t`,
    ],
  };
};

function numericAxis(variants: readonly Variant[]): string {
  const axes = [...new Set(variants.flatMap(({ assignment }) => [...assignment.keys()]))];
  const numeric = axes.filter((axis) => {
    const items = new Set(variants.map(({ assignment }) => assignment.get(axis) ?? ""));
    return (
      items.size > 1 && [...items].every((item) => item !== "" && Number.isFinite(Number(item)))
    );
  });
  if (numeric.length === 1) return numeric[0]!;
  throw new NotDrawable(
    numeric.length === 0
      ? `scaling: no axis has numbers for items: there ${axes.length === 0 ? "is none" : `are ${axes.join(", ")}`}`
      : `scaling: choose one of the axes ${numeric.join(", ")} as x`,
  );
}
