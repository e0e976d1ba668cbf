import type { FigureKind, FigureRequest } from "../../scenario/schema/figures.js";
import { type Figure, type FigureInput, type FigureMaker, NotDrawable } from "./figure.js";
import { bars } from "./kinds/bars.js";
import { box } from "./kinds/box.js";
import { demand } from "./kinds/demand.js";
import { ecdf } from "./kinds/ecdf.js";
import { gantt } from "./kinds/gantt.js";
import { heatmap } from "./kinds/heatmap.js";
import { pareto } from "./kinds/pareto.js";
import { scaling } from "./kinds/scaling.js";
import { timeSeries } from "./kinds/time-series.js";
import { variantsNamed } from "./variant-labels.js";

const MAKERS: Readonly<Record<FigureKind, FigureMaker>> = {
  bars,
  box,
  timeseries: timeSeries,
  ecdf,
  heatmap,
  gantt,
  pareto,
  demand,
  scaling,
};

/** Keys of a request that only some kinds know. */
const KEYS: Readonly<Record<string, readonly FigureKind[]>> = {
  metric: ["bars", "box", "timeseries", "ecdf", "demand", "scaling"],
  x: ["pareto", "demand", "scaling"],
  y: ["pareto"],
  panel: ["bars", "box", "timeseries", "ecdf", "demand", "scaling"],
  resource: ["heatmap"],
  seed: ["heatmap", "gantt"],
};

/** The figure that a request asks for; throws {@link NotDrawable} with what is wrong. */
export function makeFigure(input: FigureInput, request: FigureRequest): Figure {
  for (const [key, kinds] of Object.entries(KEYS)) {
    if (key in request && !kinds.includes(request.kind)) {
      throw new NotDrawable(
        `figures of the kind ${request.kind} take no ${key}: it is for ${kinds.join(", ")}`,
      );
    }
  }
  const variants =
    request.variants === undefined
      ? input.variants
      : variantsNamed(input.variants, request.variants);
  if (variants.length === 0) {
    const known = input.variants.map(({ name }) => name).join(", ");
    throw new NotDrawable(`no variant is ${request.variants?.join(", ")}: there are ${known}`);
  }
  checkPanel(request, variants);
  const figure = MAKERS[request.kind]({ ...input, variants }, request);
  if (request.title === undefined) return figure;
  return { ...figure, spec: { title: request.title, ...figure.spec } };
}

function checkPanel({ panel }: FigureRequest, variants: FigureInput["variants"]): void {
  if (panel === undefined || panel === "scenario") return;
  const axes = [...new Set(variants.flatMap(({ assignment }) => [...assignment.keys()]))];
  if (!axes.includes(panel)) {
    throw new NotDrawable(
      `there is no axis ${panel} for panels: there are ${["scenario", ...axes].join(", ")}`,
    );
  }
}

/** What is drawn when nobody says: as many of these as the results give. */
export const USUAL_FIGURES: readonly FigureRequest[] = [
  {
    kind: "bars",
    metric: ["pod_wait_mean_seconds", "nodes_used_mean_count", "pods_pending_end_count"],
    name: "bars",
  },
  { kind: "box", metric: "pod_wait_mean_seconds", name: "box" },
  { kind: "timeseries", metric: "pods_pending_count", name: "pending" },
  { kind: "timeseries", metric: "allocation_ratio{resource=cpu}", name: "allocation" },
  { kind: "ecdf", metric: "pod_wait_seconds", name: "waits" },
  { kind: "pareto", name: "pareto" },
  { kind: "heatmap", name: "nodes" },
  { kind: "gantt", name: "pods" },
];
