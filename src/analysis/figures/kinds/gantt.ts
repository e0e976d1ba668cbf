import type { Row } from "../../../record/row-sink.js";
import { eachPod, type PodRow, readNodes } from "../../results/run-tables.js";
import { timeUnit } from "../axis-titles.js";
import { type Figure, type FigureMaker, figureName, NotDrawable } from "../figure.js";
import { COLOURS, PLOT_WIDTH } from "../theme.js";
import { oneRun, shownNodes, untilSeconds } from "./one-run.js";

const MOST_NODES = 24;
const MOST_PODS = 5000;
const ROW_HEIGHT = 16;
/** Between the rows of two nodes, on each side, of a row. */
const MARGIN = 0.06;

/** Pods as bars on their nodes, from binding to end; those that share a node at a time lie above each other. */
export const gantt: FigureMaker = (input, request): Figure => {
  const { run, what } = oneRun(input, request);
  const { nodes, notes } = shownNodes(readNodes(run), MOST_NODES);
  const pods = new Map<string, PodRow[]>(nodes.map(({ name }) => [name, []]));
  let count = 0;
  let left = 0;
  eachPod(run, (pod) => {
    const there = pods.get(pod.node);
    if (there === undefined || !Number.isFinite(pod.boundSeconds)) return;
    if (count === MOST_PODS) left += 1;
    else {
      count += 1;
      there.push(pod);
    }
  });
  if (count === 0) throw new NotDrawable(`gantt: ${what} has no pods on these nodes`);
  const unit = timeUnit(run.endSeconds);
  const names = nodes.map(({ name }) => name);
  const rows: Row[] = nodes.flatMap(({ name }, index) =>
    inLanes(pods.get(name)!, (pod) => untilSeconds(run, pod.finishedSeconds)).map(
      ({ pod, lane, lanes, until }) => [
        name,
        `${pod.namespace}/${pod.name}`,
        kindOf(pod),
        pod.boundSeconds / unit.seconds,
        until / unit.seconds,
        index + MARGIN + ((1 - 2 * MARGIN) * lane) / lanes,
        index + MARGIN + ((1 - 2 * MARGIN) * (lane + 1)) / lanes,
        pod.cpuCores,
      ],
    ),
  );
  const kinds = mostFrequent(rows.map((row) => String(row[2])));
  const shown = rows.map((row) => (kinds.includes(String(row[2])) ? row : row.with(2, OTHER)));
  const domain = shown.some((row) => row[2] === OTHER) ? [...kinds, OTHER] : kinds;
  return {
    name: figureName(request, "pods"),
    description: `Pods on nodes over time: ${what}`,
    spec: {
      width: PLOT_WIDTH,
      height: Math.max(60, names.length * ROW_HEIGHT),
      mark: { type: "rect", stroke: "white", strokeWidth: 0.3 },
      encoding: {
        x: {
          field: "from",
          type: "quantitative",
          title: `time (${unit.symbol})`,
          scale: { nice: false, domain: [0, run.endSeconds / unit.seconds] },
          axis: { grid: false },
        },
        x2: { field: "until" },
        y: {
          field: "row_from",
          type: "quantitative",
          title: null,
          scale: { domain: [0, names.length], reverse: true, nice: false },
          axis: {
            values: names.map((_, i) => i + 0.5),
            labelExpr: `${JSON.stringify(names)}[floor(datum.value)]`,
            ticks: false,
            grid: false,
          },
        },
        y2: { field: "row_until" },
        color: {
          field: "kind",
          type: "nominal",
          title: null,
          scale: {
            domain,
            range: domain.map((kind, i) => (kind === OTHER ? "#999999" : COLOURS[i]!)),
          },
          ...(domain.length < 2 ? { legend: null } : {}),
        },
      },
    },
    data: {
      columns: [
        "node",
        "pod",
        "kind",
        "from",
        "until",
        "row_from",
        "row_until",
        "cpu_request_cores",
      ],
      rows: shown,
    },
    notes: [
      ...notes,
      ...(left > 0 ? [`the first ${MOST_PODS} pods are shown, ${left} more are not`] : []),
    ],
  };
};

const OTHER = "other";

/** What a pod belongs to: its owner, else its name without the number. */
function kindOf({ owner, name, namespace }: PodRow): string {
  const whole = owner === "" ? `${namespace}/${name}` : owner;
  return whole.replace(/-[0-9a-z]*\d[0-9a-z]*$/, "");
}

function mostFrequent(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, COLOURS.length - 1)
    .map(([name]) => name);
}

/** Each pod in the lowest lane that is free when it comes. */
function inLanes(pods: readonly PodRow[], endOf: (pod: PodRow) => number) {
  const rising = [...pods].sort((a, b) => a.boundSeconds - b.boundSeconds);
  const freeFrom: number[] = [];
  const placed = rising.map((pod) => {
    const until = endOf(pod);
    const free = freeFrom.findIndex((from) => from <= pod.boundSeconds);
    const lane = free < 0 ? freeFrom.length : free;
    freeFrom[lane] = until;
    return { pod, lane, until };
  });
  return placed.map((one) => ({ ...one, lanes: freeFrom.length }));
}
