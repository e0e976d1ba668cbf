import type { RunResult } from "../results/read-results.js";
import { eachPod, readNodes } from "../results/run-tables.js";

/** A run as the page plays it: plain arrays, for a page has to stay small. */
export interface Replay {
  readonly title: string;
  readonly endSeconds: number;
  /** [name, zone, created, removed or null, cpu cores, memory bytes]. */
  readonly nodes: readonly (readonly [string, string, number, number | null, number, number])[];
  /** [node or -1, created, bound or null, finished or null, cpu cores, memory bytes]. */
  readonly pods: readonly (readonly [
    number,
    number,
    number | null,
    number | null,
    number,
    number,
  ])[];
  /** What was left out, or empty. */
  readonly note: string;
}

const MOST_NODES = 600;
const MOST_PODS = 20_000;

/** The run's nodes and pods over time, as far as a page can show them. */
export function replayOf(run: RunResult): Replay {
  const all = readNodes(run);
  const nodes = all.slice(0, MOST_NODES);
  const rows = new Map(nodes.map(({ name }, i) => [name, i]));
  const pods: [number, number, number | null, number | null, number, number][] = [];
  let left = 0;
  eachPod(run, (pod) => {
    if (pods.length === MOST_PODS) {
      left += 1;
      return;
    }
    const node = pod.node === "" ? -1 : rows.get(pod.node);
    if (node === undefined) return;
    pods.push([
      node,
      pod.createdSeconds,
      known(pod.boundSeconds),
      known(pod.finishedSeconds),
      pod.cpuCores,
      pod.memoryBytes,
    ]);
  });
  const notes = [
    ...(all.length > nodes.length ? [`the first ${nodes.length} of ${all.length} nodes`] : []),
    ...(left > 0 ? [`the first ${MOST_PODS} of ${MOST_PODS + left} pods`] : []),
  ];
  return {
    title: `${run.scenario}, ${run.variant}, seed ${run.seed}`,
    endSeconds: run.endSeconds,
    nodes: nodes.map((node) => [
      node.name,
      node.zone,
      node.createdSeconds,
      known(node.removedSeconds),
      node.cpuCores,
      node.memoryBytes,
    ]),
    pods,
    note: notes.length === 0 ? "" : `Shown: ${notes.join(" and ")}.`,
  };
}

function known(seconds: number): number | null {
  return Number.isFinite(seconds) ? seconds : null;
}
