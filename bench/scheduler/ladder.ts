import type { PodVersion } from "../../src/api/pod-version.js";
import { row, number } from "./print.js";
import type { Targets } from "./targets.js";
import { LADDER, type Workload, speedNode } from "./workloads.js";
import { BenchWorld, type Form, benchNode } from "./world.js";

/** Decisions a second of the real scheduler, v1.26.4, by nodes and percentage (median of quiet runs). */
const RECORDED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  a: {
    "100/0": 1704,
    "1000/0": 465,
    "5000/0": 382,
    "100/100": 1472,
    "1000/100": 209,
    "5000/100": 41,
  },
  b: {
    "100/0": 1410,
    "1000/0": 439,
    "5000/0": 287,
    "100/100": 1397,
    "1000/100": 185,
    "5000/100": 29,
  },
  c: {
    "100/0": 1137,
    "1000/0": 289,
    "5000/0": 215,
    "100/100": 1100,
    "1000/100": 171,
    "5000/100": 34,
  },
  d: {
    "100/0": 1118,
    "1000/0": 274,
    "5000/0": 169,
    "100/100": 1187,
    "1000/100": 209,
    "5000/100": 46,
  },
};

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
  row(HEADINGS);
  for (const [name, workload] of Object.entries(LADDER)) {
    for (const percentage of [100, 0]) {
      const pair: Rounds[] = [];
      for (const nodes of SIZES) {
        const rounds = new Rounds(workload, nodes, percentage);
        step(rounds, { name, nodes, percentage, millis, targets });
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
  "recorded/s",
  "x recorded",
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
  }: {
    readonly name: string;
    readonly nodes: number;
    readonly percentage: number;
    readonly millis: number;
    readonly targets: Targets;
  },
): void {
  const { fast: algorithm, framework } = rounds.world;
  const fast = 1e6 / rounds.measure("fast", podsOf(nodes, percentage), millis);
  const { fast: decisions, plain: inPlainForm, nodesJudged } = algorithm.counts;
  if (inPlainForm > 0) throw new Error("a decision took the plain way");
  const { filter, score } = framework.calls;
  const withPlain = nodes === 5_000 && percentage === 100;
  const plain = withPlain ? 1e6 / rounds.measure("plain", PLAIN_PODS, millis) : null;
  const recorded = RECORDED[name]?.[`${nodes}/${percentage}`];
  if (nodes === 5_000) {
    // With sampling no fewer decisions a second are wanted than without.
    const allScored = RECORDED[name]!["5000/100"]!;
    const what = `${name}, ${percentage} %, 5,000 nodes: decisions a second / recorded, all scored`;
    targets.atLeast(what, fast / allScored, 2_000);
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
    recorded === undefined ? "" : number(recorded),
    recorded === undefined ? "" : number(fast / recorded),
    (nodesJudged / decisions).toFixed(1),
    (filter / decisions).toFixed(1),
    (score / decisions).toFixed(1),
  ]);
}
