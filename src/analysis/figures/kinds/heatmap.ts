import type { Row } from "../../../record/row-sink.js";
import type { NodeRow } from "../../results/run-tables.js";
import { eachPod, readNodes } from "../../results/run-tables.js";
import { timeUnit } from "../axis-titles.js";
import { type Figure, type FigureMaker, figureName, NotDrawable } from "../figure.js";
import { HEAT, PLOT_WIDTH } from "../theme.js";
import { oneRun, shownNodes, untilSeconds } from "./one-run.js";

const BINS = 60;
const MOST_NODES = 400;
/** Above so many rows their names cannot be read. */
const NAMED_NODES = 24;

/** Requested over allocatable of each node, as means over parts of the run. */
export const heatmap: FigureMaker = (input, request): Figure => {
  const resource = request.resource ?? "cpu";
  const { run, what } = oneRun(input, request);
  const { nodes, notes } = shownNodes(readNodes(run), MOST_NODES);
  if (nodes.length === 0) throw new NotDrawable(`heatmap: ${what} has no nodes`);
  const width = run.endSeconds / BINS;
  const capacity = (node: NodeRow) => (resource === "cpu" ? node.cpuCores : node.memoryBytes);
  const used = new Map(nodes.map(({ name }) => [name, new Float64Array(BINS)]));
  eachPod(run, (pod) => {
    const bins = used.get(pod.node);
    if (bins === undefined || !Number.isFinite(pod.boundSeconds)) return;
    const amount = resource === "cpu" ? pod.cpuCores : pod.memoryBytes;
    const until = untilSeconds(run, pod.finishedSeconds);
    addSpan(bins, { from: pod.boundSeconds, until, amount, width });
  });
  const unit = timeUnit(run.endSeconds);
  const rows: Row[] = nodes.flatMap((node) =>
    Array.from(used.get(node.name)!, (sum, i) => [
      node.name,
      node.pool,
      (i * width) / unit.seconds,
      ((i + 1) * width) / unit.seconds,
      capacity(node) > 0 ? sum / width / capacity(node) : Number.NaN,
    ]),
  );
  const names = nodes.map(({ name }) => name);
  const isNamed = names.length <= NAMED_NODES;
  return {
    name: figureName(request, resource),
    description: `Allocation of ${resource} by node over time: ${what}`,
    spec: {
      width: PLOT_WIDTH,
      height: Math.min(300, Math.max(60, names.length * (isNamed ? 11 : 2))),
      mark: { type: "rect" },
      encoding: {
        x: {
          field: "from",
          type: "quantitative",
          title: `time (${unit.symbol})`,
          scale: { nice: false, zero: true },
          axis: { grid: false },
        },
        x2: { field: "until" },
        y: {
          field: "node",
          type: "nominal",
          sort: names,
          title: isNamed ? null : `${names.length} nodes`,
          axis: isNamed ? { ticks: false } : { labels: false, ticks: false },
        },
        color: {
          field: "allocation",
          type: "quantitative",
          title: `${resource} allocation`,
          scale: { scheme: HEAT, domain: [0, 1] },
          legend: {
            format: "~%",
            gradientLength: 150,
            titleOrient: "left",
            direction: "horizontal",
          },
        },
      },
    },
    data: { columns: ["node", "pool", "from", "until", "allocation"], rows },
    notes: [...notes, `means over ${BINS} equal parts of the run`],
  };
};

/** Adds amount × time to the bins that a span covers. */
function addSpan(
  bins: Float64Array,
  span: {
    readonly from: number;
    readonly until: number;
    readonly amount: number;
    readonly width: number;
  },
): void {
  const { from, until, amount, width } = span;
  const last = Math.min(bins.length - 1, Math.floor(until / width));
  for (let i = Math.floor(from / width); i <= last; i += 1) {
    const overlap = Math.min(until, (i + 1) * width) - Math.max(from, i * width);
    if (overlap > 0) bins[i]! += amount * overlap;
  }
}
