import type { Row } from "../../../record/row-sink.js";
import { metricTitle } from "../axis-titles.js";
import { type Figure, type FigureMaker, figureName, metricsOf, NotDrawable } from "../figure.js";
import { inPanels } from "../panels.js";
import { keysNamed, unitOfKey, valuesBySeed } from "../summary-values.js";
import { variantColour } from "../theme.js";
import { panelOf, variantLabels } from "../variant-labels.js";

const STEP = 24;

/** One dot a seed, and the box of their quartiles with whiskers to the ends. */
export const box: FigureMaker = (input, request): Figure => {
  const keys = keysNamed(input, metricsOf(request, ["pod_wait_mean_seconds"]));
  if (keys.length > 1 && request.panel !== undefined) {
    throw new NotDrawable("box: give either several metrics or a panel, not both");
  }
  const labels = variantLabels(input.variants, request.panel ?? null);
  const titles = keys.map((key) => metricTitle(key, unitOfKey(input, key)));
  const rows: Row[] = keys.flatMap((key, k) =>
    input.variants.flatMap((variant) =>
      valuesBySeed(variant, key).map(({ seed, value }) => {
        const panel = keys.length > 1 ? titles[k]! : panelOf(variant, request.panel);
        return [panel, labels.get(variant)!, seed, value];
      }),
    ),
  );
  const names = [...new Set(labels.values())];
  const panels = [...new Set(rows.map(([panel]) => String(panel)))];
  const y = { field: "variant", type: "nominal", title: null, sort: names };
  const x = {
    field: "value",
    type: "quantitative",
    title: keys.length > 1 ? null : titles[0],
    scale: { zero: false },
  };
  const colour = { ...variantColour(names), legend: null };
  const layers = [
    {
      mark: {
        type: "boxplot",
        extent: "min-max",
        size: 12,
        opacity: 0.35,
        median: { color: "#222222" },
      },
      encoding: { y, x, color: colour },
    },
    {
      mark: { type: "point", filled: true, size: 22, opacity: 0.9 },
      encoding: { y, x, color: colour },
    },
  ];
  const spec = inPanels(layers, panels, { height: Math.max(40, names.length * STEP) });
  return {
    name: figureName(request, ...keys),
    description: `${titles.join("; ")} by seed and variant: ${names.join("; ")}`,
    spec:
      panels.length > 1 && keys.length > 1
        ? { ...spec, resolve: { scale: { x: "independent" } } }
        : spec,
    data: { columns: ["panel", "variant", "seed", "value"], rows },
    notes: [
      "one dot a seed; the box holds the middle half, its line is the median, whiskers reach the ends",
    ],
  };
};
