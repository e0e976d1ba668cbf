import type { Row } from "../../../record/row-sink.js";
import { metricTitle } from "../axis-titles.js";
import { type Figure, type FigureMaker, figureName, metricsOf, NotDrawable } from "../figure.js";
import { inPanels } from "../panels.js";
import { keysNamed, meanInterval, unitOfKey, valuesBySeed } from "../summary-values.js";
import { variantColour } from "../theme.js";
import { panelOf, variantLabels } from "../variant-labels.js";

const USUAL = ["pod_wait_mean_seconds", "nodes_used_mean_count"];
const BAR_STEP = 18;

/** Means over seeds with intervals by Student's t, one bar a variant. */
export const bars: FigureMaker = (input, request): Figure => {
  const keys = keysNamed(input, metricsOf(request, USUAL));
  if (keys.length > 1 && request.panel !== undefined) {
    throw new NotDrawable("bars: give either several metrics or a panel, not both");
  }
  const labels = variantLabels(input.variants, request.panel ?? null);
  const notes = new Set<string>();
  const titles = keys.map((key) => metricTitle(key, unitOfKey(input, key)));
  const rows: Row[] = keys.flatMap((key, k) =>
    input.variants.flatMap((variant) => {
      const values = valuesBySeed(variant, key).map(({ value }) => value);
      if (values.length === 0) return [];
      const { mean, lower, upper } = meanInterval(values, input.level);
      if (!Number.isFinite(lower)) notes.add(noInterval(values.length));
      const panel = keys.length > 1 ? titles[k]! : panelOf(variant, request.panel);
      return [[panel, labels.get(variant)!, mean, lower, upper, values.length]];
    }),
  );
  notes.add(`whiskers: ${Number((input.level * 100).toFixed(2))} % intervals by Student's t`);
  const names = [...new Set(labels.values())];
  const panels = [...new Set(rows.map(([panel]) => String(panel)))];
  const y = { field: "variant", type: "nominal", title: null, sort: names };
  const x = { type: "quantitative", title: keys.length > 1 ? null : titles[0] };
  const layers = [
    {
      mark: { type: "bar", height: { band: 0.7 } },
      encoding: {
        y,
        x: { ...x, field: "mean", scale: { zero: true } },
        color: { ...variantColour(names), legend: null },
      },
    },
    {
      transform: [{ filter: "isValid(datum.lower)" }],
      mark: { type: "rule", strokeWidth: 1.2, color: "#222222" },
      encoding: { y, x: { ...x, field: "lower" }, x2: { field: "upper" } },
    },
    ...["lower", "upper"].map((field) => ({
      transform: [{ filter: "isValid(datum.lower)" }],
      mark: { type: "tick", thickness: 1.2, size: 7, color: "#222222" },
      encoding: { y, x: { ...x, field } },
    })),
  ];
  const spec = inPanels(layers, panels, { height: Math.max(36, names.length * BAR_STEP) });
  return {
    name: figureName(request, ...keys),
    description: `Means over seeds of ${titles.join("; ")}, by variant: ${names.join("; ")}`,
    spec:
      panels.length > 1 && keys.length > 1
        ? { ...spec, resolve: { scale: { x: "independent" } } }
        : spec,
    data: { columns: ["panel", "variant", "mean", "lower", "upper", "seeds"], rows },
    notes: [...notes],
  };
};

function noInterval(seeds: number): string {
  return seeds < 2
    ? "one seed: no interval"
    : "no interval where seeds do not change a figure: deterministic, one observation";
}
