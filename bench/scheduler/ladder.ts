import type { PodVersion } from "../../src/api/pod-version.js";
import { queueOperationNanos } from "../queue.js";
import { row, number } from "./print.js";
import type { Targets } from "./targets.js";
import { LADDER, type Workload, speedNode } from "./workloads.js";
import { BenchWorld, type Form, benchNode } from "./world.js";

/**
 * Milliseconds of CPU a pod of the real scheduler, v1.37.2, 5,000 nodes, by workload and percentage (medians of
 * three runs on a quiet machine with 2 cores, all of its workers together).
 */
const RECORDED_CPU_MILLIS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  a: { 100: 18.7, 0: 2.55 },
  b: { 100: 23.1, 0: 4.08 },
  c: { 100: 21.9, 0: 4.18 },
  d: { 100: 19.2, 0: 5.68 },
};
const RECORDED_NODES = 5_000;

/** Queue operations that a decision may cost with all nodes scored. */
const OPERATIONS_WANTED: Readonly<Record<string, number>> = { a: 15, b: 18, c: 30, d: 20 };
const PENDING = 100_000;

const SIZES = [100, 1_000, 5_000, 20_000, 100_000];
/** Rounds that are not measured, until the code is compiled. */
const WARM_UP = 24;
/** Clusters that take turns, so that both meet the same disturbances. */
const COMPARED = [1_000, 100_000];
export const TURNS = 30;
/** The plain form places so many pods of a round. */
const PLAIN_PODS = 40;

/** As the recorded runs: so many pods are placed one after the other on an empty cluster. */
export function podsOf(nodes: number, percentage: number): number {
  return nodes === 5_000 && percentage === 100 ? 1_000 : 2_000;
}

/** One recorded workload on one cluster, over and over: the pods are taken away after each round. */
export class Rounds {
  readonly world: BenchWorld;

  constructor(
    private readonly workload: Workload,
    nodes: number,
    percentageOfNodesToScore: number,
    minor?: number,
  ) {
    this.world = new BenchWorld({
      percentageOfNodesToScore,
      ...(minor === undefined ? {} : { minor }),
    });
    for (let i = 0; i < nodes; i += 1) {
      this.world.state.addNode(benchNode(`node-${i}`, speedNode(i)));
    }
  }

  /**
   * Places `count` pods; returns the microseconds of processor time a pod (others work on this machine
   * too). Making the pods, and taking them away, is not measured.
   */
  round(form: Form, count: number): number {
    const { world } = this;
    const { state } = world;
    const pods: PodVersion[] = Array.from({ length: count }, (_, i) => this.workload(i));
    const infos = pods.map((pod) => state.podInfos.podInfo(pod));
    world.fast.nextStartNodeIndex = 0;
    const begin = process.cpuUsage();
    for (let i = 0; i < count; i += 1) world.place(form, infos[i]!);
    const { user, system } = process.cpuUsage(begin);
    for (const { uid } of pods) state.removePod(uid);
    return (user + system) / count;
  }

  warmUp(form: Form, count: number): void {
    for (let i = 0; i < (form === "fast" ? WARM_UP : 1); i += 1) this.round(form, count);
  }

  /** Microseconds a decision, in rounds that take `millis` together. */
  measure(form: Form, count: number, millis: number): number {
    this.warmUp(form, count);
    const rounds: number[] = [];
    for (let spent = 0; rounds.length < 15 || spent < millis * 1_000; ) {
      const micros = this.round(form, count);
      rounds.push(micros);
      spent += micros * count;
    }
    return lowerQuartile(rounds);
  }
}

/** What others do on the machine makes rounds slower, never faster: so not the middle of them. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2]!;
}

/** Measures workloads a to d on all sizes, and prints a line each. */
export function ladder(millis: number, targets: Targets): void {
  const nanos = queueOperationNanos(PENDING);
  console.log(`a queue operation, ${number(PENDING)} pending: ${nanos.toFixed(0)} ns`);
  row(HEADINGS);
  for (const [name, workload] of Object.entries(LADDER)) {
    for (const percentage of [100, 0]) {
      const pair: Rounds[] = [];
      for (const nodes of SIZES) {
        const rounds = new Rounds(workload, nodes, percentage);
        step(rounds, { name, nodes, percentage, millis, targets, nanos });
        if (COMPARED.includes(nodes)) pair.push(rounds);
      }
      const what = `${name}, ${percentage} %: cost of a decision, 100,000 nodes / 1,000`;
      targets.atMost(what, costOfSize(pair[0]!, pair[1]!), 2);
    }
  }
}

/** How many times more a decision costs on the large cluster: both take turns, round by round. */
function costOfSize(small: Rounds, large: Rounds): number {
  const micros = { small: [] as number[], large: [] as number[] };
  const count = podsOf(1_000, 0);
  for (let i = 0; i < TURNS; i += 1) {
    micros.small.push(small.round("fast", count));
    micros.large.push(large.round("fast", count));
  }
  return lowerQuartile(micros.large) / lowerQuartile(micros.small);
}

const HEADINGS = [
  "workload",
  "nodes",
  "pct",
  "fast/s",
  "plain/s",
  "fast/plain",
  "queue ops",
  "v1.37.2/s",
  "x by CPU",
  "judged/dec",
  "filters",
  "scores",
];

function step(
  rounds: Rounds,
  {
    name,
    nodes,
    percentage,
    millis,
    targets,
    nanos,
  }: {
    readonly name: string;
    readonly nodes: number;
    readonly percentage: number;
    readonly millis: number;
    readonly targets: Targets;
    /** Of a queue operation. */
    readonly nanos: number;
  },
): void {
  const { fast: algorithm, framework } = rounds.world;
  const fast = 1e6 / rounds.measure("fast", podsOf(nodes, percentage), millis);
  const { fast: decisions, plain: inPlainForm, nodesJudged } = algorithm.counts;
  if (inPlainForm > 0) throw new Error("a decision took the plain way");
  const { filter, score } = framework.calls;
  const withPlain = nodes === 5_000 && percentage === 100;
  const plain = withPlain ? 1e6 / rounds.measure("plain", PLAIN_PODS, millis) : null;
  const millisRecorded =
    nodes === RECORDED_NODES ? RECORDED_CPU_MILLIS[name]?.[percentage] : undefined;
  const recorded = millisRecorded === undefined ? null : 1_000 / millisRecorded;
  const operations = 1e9 / fast / nanos;
  if (nodes === RECORDED_NODES && percentage === 100) {
    const what = `${name}, 5,000 nodes, all scored: queue operations a decision`;
    targets.atMost(what, operations, OPERATIONS_WANTED[name]!);
  }
  if (plain !== null) {
    const what = `${name}, 5,000 nodes, all scored: fast / plain`;
    targets.atLeast(what, fast / plain, name === "a" || name === "b" ? 200 : 100);
  }
  row([
    name,
    number(nodes),
    String(percentage),
    number(fast),
    plain === null ? "" : number(plain),
    plain === null ? "" : number(fast / plain),
    operations.toFixed(1),
    recorded === null ? "" : recorded.toFixed(0),
    recorded === null ? "" : number(fast / recorded),
    (nodesJudged / decisions).toFixed(1),
    (filter / decisions).toFixed(1),
    (score / decisions).toFixed(1),
  ]);
}
