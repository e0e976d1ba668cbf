import { z } from "zod";
import { described } from "./leaf.js";

/** What `seatrial plot` can draw, each with what it shows. */
const FIGURE_KINDS = {
  bars: "means over seeds with their intervals, one panel a metric",
  box: "one dot a seed beside the box of their quartiles, by variant",
  timeseries: "a metric of timeseries.csv over time: mean and simultaneous band over seeds",
  ecdf: "share of pods that waited at most so long: mean and simultaneous band over seeds",
  heatmap: "allocation of each node over time, of one run",
  gantt: "pods on nodes over time, of one run",
  pareto: "two metrics against each other, with the variants that no other beats in both",
  demand: "a metric against the demand that has arrived: mean, lowest and highest over seeds",
  scaling: "a metric against a numeric axis, both on logarithmic axes",
} as const;

export type FigureKind = keyof typeof FIGURE_KINDS;

const kinds = Object.keys(FIGURE_KINDS) as [FigureKind, ...FigureKind[]];

/** Stands in the name of a file. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const metric = z.string().min(1, "expected the name of a metric");

/** An entry of an experiment's `figures`. */
export const figureRequest = z.strictObject({
  kind: described(
    z.enum(kinds, { error: `expected ${kinds.join(", ")}` }),
    `What to draw: ${kinds.map((kind) => `\`${kind}\`: ${FIGURE_KINDS[kind]}`).join("; ")}.`,
  ),
  name: described(
    z.string().regex(FILE_NAME, "expected letters, digits and . _ -").optional(),
    "Of the files; by default made of the kind and the metric.",
  ),
  title: described(z.string().max(200).optional(), "Stands above the figure."),
  metric: described(
    z.union([metric, z.array(metric).min(1)]).optional(),
    "What is drawn: `metric` or `metric{labels}`, or a list of them where the kind has a panel for each.",
  ),
  x: described(
    metric.optional(),
    "`pareto`, `demand`: the metric of the x axis; `scaling`: the axis of the experiment.",
  ),
  y: described(metric.optional(), "`pareto`: the metric of the y axis."),
  panel: described(
    z.string().min(1).optional(),
    "An axis of the experiment, or `scenario`: one panel an item.",
  ),
  resource: described(
    z.enum(["cpu", "memory"], { error: "expected cpu or memory" }).optional(),
    "`heatmap`: of which resource; default cpu.",
  ),
  variants: described(
    z.array(z.string().min(1)).min(1).optional(),
    "Which variants, by name or by some of their items (`policy=pack`); default: all.",
  ),
  seed: described(
    z.int().min(0).optional(),
    "`heatmap`, `gantt`: of which seed; default: the first.",
  ),
});

export type FigureRequest = z.output<typeof figureRequest>;
