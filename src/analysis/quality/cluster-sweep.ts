import type { NodeRow, PodRow } from "../results/run-tables.js";
import { sumOf } from "../statistics/sample.js";
import type { FinishedRun } from "./quality-metric.js";

/** Pods that a kind of pod asks for alike, with its share of all pods of the run. */
export interface Shape {
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly share: number;
}

/** The cluster at a moment: what pods on the nodes request, by node. */
export interface Moment {
  readonly seconds: number;
  /** Indices of nodes that exist. */
  readonly present: readonly number[];
  readonly cpuCores: Float64Array;
  readonly memoryBytes: Float64Array;
  readonly pods: Int32Array;
}

interface Step {
  readonly at: number;
  /** Ends come before begins of the same time, as room is made before it is taken. */
  readonly sign: -1 | 1;
  readonly node: number;
  readonly pod: PodRow;
}

/** Moments that are looked at, in the middles of as many equal parts of what is measured. */
const MOMENTS = 100;

/** Calls `look` with the cluster at {@link MOMENTS} moments of what is measured. */
export function eachMoment(run: FinishedRun, look: (moment: Moment) => void): void {
  const steps = stepsOf(run);
  const { nodes, fromSeconds, toSeconds } = run;
  const state = {
    cpuCores: new Float64Array(nodes.length),
    memoryBytes: new Float64Array(nodes.length),
    pods: new Int32Array(nodes.length),
  };
  let next = 0;
  for (let i = 0; i < MOMENTS; i += 1) {
    const seconds = fromSeconds + ((i + 0.5) * (toSeconds - fromSeconds)) / MOMENTS;
    for (; next < steps.length && steps[next]!.at <= seconds; next += 1) {
      const { node, sign, pod } = steps[next]!;
      state.cpuCores[node]! += sign * pod.cpuCores;
      state.memoryBytes[node]! += sign * pod.memoryBytes;
      state.pods[node]! += sign;
    }
    const present = [...nodes.keys()].filter((n) => isPresent(nodes[n]!, seconds));
    look({ seconds, present, ...state });
  }
}

/**
 * The pods on nodes when they asked for the largest share of the cluster, the first time, and how many nodes they lay on; without
 * pods of DaemonSets. The moment is one of the load, so that policies are looked at under the same one.
 */
export function podsAtPeak(run: FinishedRun): {
  readonly pods: readonly PodRow[];
  readonly nodes: number;
} {
  const capacity = [
    sumOf(run.nodes.map(({ cpuCores }) => cpuCores)),
    sumOf(run.nodes.map(({ memoryBytes }) => memoryBytes)),
  ];
  const sums = [0, 0];
  let [most, peakAt] = [0, Number.NaN];
  const steps = stepsOf(run).filter(({ pod }) => !pod.owner.startsWith("DaemonSet/"));
  for (const [i, { at, sign, pod }] of steps.entries()) {
    sums[0]! += sign * pod.cpuCores;
    sums[1]! += sign * pod.memoryBytes;
    const share = Math.max(sums[0]! / capacity[0]!, sums[1]! / capacity[1]!);
    const isSettled = steps[i + 1]?.at !== at && at >= run.fromSeconds && at <= run.toSeconds;
    if (isSettled && share > most * (1 + ROUNDING)) [most, peakAt] = [share, at];
  }
  const there = steps.filter(
    ({ sign, pod }) => sign === 1 && pod.boundSeconds <= peakAt && !(pod.finishedSeconds <= peakAt),
  );
  return {
    pods: there.map(({ pod }) => pod),
    nodes: new Set(there.map(({ node }) => node)).size,
  };
}

/** The kinds of pods of the run by what they request, the most frequent first. */
export function shapesOf({ pods }: FinishedRun): readonly Shape[] {
  const counts = new Map<string, { pod: PodRow; count: number }>();
  for (const pod of pods) {
    const key = `${pod.cpuCores} ${pod.memoryBytes}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { pod, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ pod, count }) => ({
      cpuCores: pod.cpuCores,
      memoryBytes: pod.memoryBytes,
      share: count / pods.length,
    }));
}

/** Whether one more pod of that shape fits what is free on a node. */
export function fits(shape: Shape, node: NodeRow, moment: Moment, n: number): boolean {
  return (
    moment.cpuCores[n]! + shape.cpuCores <= node.cpuCores * (1 + ROUNDING) &&
    moment.memoryBytes[n]! + shape.memoryBytes <= node.memoryBytes * (1 + ROUNDING) &&
    moment.pods[n]! < node.pods
  );
}

/** What sums of requests may be wrong by, in shares of a node. */
const ROUNDING = 1e-9;

function isPresent({ createdSeconds, removedSeconds }: NodeRow, seconds: number): boolean {
  return createdSeconds <= seconds && !(removedSeconds <= seconds);
}

function stepsOf({ pods, nodes }: FinishedRun): readonly Step[] {
  const rows = new Map(nodes.map(({ name }, n) => [name, n]));
  const steps: Step[] = [];
  for (const pod of pods) {
    const node = rows.get(pod.node);
    if (node === undefined || !Number.isFinite(pod.boundSeconds)) continue;
    steps.push({ at: pod.boundSeconds, sign: 1, node, pod });
    if (Number.isFinite(pod.finishedSeconds)) {
      steps.push({ at: pod.finishedSeconds, sign: -1, node, pod });
    }
  }
  return steps.sort((a, b) => a.at - b.at || a.sign - b.sign);
}
