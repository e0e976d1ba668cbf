import { mixed, mixedNode, LADDER, speedNode, type Workload } from "./scheduler-workloads.js";
import { BenchWorld, benchNode, type NodeShape } from "./scheduler-world.js";
import type { PodVersion } from "../src/api/pod-version.js";

/** Pods that are on the nodes while it is measured: as many as the recorded runs placed. */
const STANDING_PODS = 2_000;
/** Pods that are made in advance, so that making them is not measured. */
const BATCH = 500;
const PLAIN_BATCH = 5;

/** Decisions a second of the real scheduler, v1.26.4, by nodes and percentage (SPEED.md, median). */
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

/** Measures one workload on one cluster: places pods, and takes the oldest away again. */
export class Churn {
  readonly world: BenchWorld;
  /** Pods on the nodes, a ring: the oldest at `oldest`. */
  private readonly standing: PodVersion[] = [];
  private oldest = 0;
  private next = 0;

  constructor(
    private readonly workload: Workload,
    nodes: number,
    options: {
      readonly percentage: number;
      readonly node?: (i: number) => NodeShape;
      readonly standing?: number;
      readonly memoryBytes?: number;
    },
  ) {
    const { percentage, memoryBytes, node = speedNode, standing = STANDING_PODS } = options;
    this.world = new BenchWorld({
      percentageOfNodesToScore: percentage,
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    for (let i = 0; i < nodes; i += 1) this.world.state.addNode(benchNode(`node-${i}`, node(i)));
    while (this.standing.length < standing) this.place("fast", Math.min(BATCH, standing), false);
  }

  /** Places `count` pods, and returns the nanoseconds of processor time that this took. */
  place(form: "fast" | "plain", count: number, remove = true): number {
    const { world } = this;
    const { state } = world;
    const pods = Array.from({ length: count }, (_, i) => this.workload(this.next + i));
    const infos = pods.map((pod) => state.podInfos.podInfo(pod));
    this.next += count;
    // Processor time: others work on this machine too.
    const begin = process.cpuUsage();
    for (let i = 0; i < count; i += 1) {
      const outcome = world.schedule(form, infos[i]!);
      if (outcome.kind !== "scheduled") throw new Error(`pod ${this.next + i} was not placed`);
      const bound = pods[i]!.next({ nodeName: outcome.node.name });
      state.addPod(bound);
      if (remove) {
        state.removePod(this.standing[this.oldest]!.uid);
        this.standing[this.oldest] = bound;
        this.oldest = (this.oldest + 1) % this.standing.length;
      } else {
        this.standing.push(bound);
      }
    }
    const spent = process.cpuUsage(begin);
    return (spent.user + spent.system) * 1_000;
  }

  /** Decisions a second in each form, measured in turn. */
  measure(millis: number, plainMillis: number): { fast: number; plain: number | null } {
    const spent = { fast: 0, plain: 0 };
    const done = { fast: 0, plain: 0 };
    this.place("fast", BATCH);
    while (spent.fast < millis * 1e6 || spent.plain < plainMillis * 1e6) {
      if (spent.fast < millis * 1e6) {
        spent.fast += this.place("fast", BATCH);
        done.fast += BATCH;
      }
      if (spent.plain < plainMillis * 1e6) {
        spent.plain += this.place("plain", PLAIN_BATCH);
        done.plain += PLAIN_BATCH;
      }
    }
    const rate = (form: "fast" | "plain"): number => (done[form] / spent[form]) * 1e9;
    return { fast: rate("fast"), plain: plainMillis > 0 ? rate("plain") : null };
  }
}

const number = (value: number): string => Math.round(value).toLocaleString("en-US");

function row(cells: readonly string[]): void {
  const widths = [9, 8, 5, 11, 9, 10, 10, 10, 11, 9];
  console.log(cells.map((cell, i) => cell.padStart(widths[i] ?? 10)).join(" "));
}

function ladder(sizes: readonly number[], millis: number): Map<string, number> {
  row([
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
  ]);
  const rates = new Map<string, number>();
  for (const [name, workload] of Object.entries(LADDER)) {
    for (const percentage of [100, 0]) {
      for (const nodes of sizes) {
        const churn = new Churn(workload, nodes, { percentage });
        const before = churn.world.fast.counts;
        const filters = churn.world.framework.calls.filter;
        const { fast, plain } = churn.measure(millis, nodes === 5_000 ? millis * 1.5 : 0);
        const after = churn.world.fast.counts;
        if (after.plain > 0) throw new Error("a decision took the plain way");
        const decisions = after.fast - before.fast;
        const recorded = RECORDED[name]?.[`${nodes}/${percentage}`];
        rates.set(`${name}/${nodes}/${percentage}`, fast);
        row([
          name,
          number(nodes),
          String(percentage),
          number(fast),
          plain === null ? "" : number(plain),
          plain === null ? "" : number(fast / plain),
          recorded === undefined ? "" : number(recorded),
          recorded === undefined ? "" : number(fast / recorded),
          ((after.nodesJudged - before.nodesJudged) / decisions).toFixed(2),
          ((churn.world.framework.calls.filter - filters) / decisions).toFixed(1),
        ]);
      }
    }
  }
  return rates;
}

export function run(): void {
  const quick = process.env.SEATRIAL_BENCH !== "full";
  const sizes = (process.env.SIZES ?? "100,1000,5000,20000,100000").split(",").map(Number);
  const rates = ladder(sizes, quick ? 250 : 1_500);
  for (const name of Object.keys(LADDER)) {
    for (const percentage of [100, 0]) {
      const at = (nodes: number): number => rates.get(`${name}/${nodes}/${percentage}`)!;
      console.log(
        `${name}, ${percentage}: a decision at 100,000 nodes costs ${(at(1_000) / at(100_000)).toFixed(2)} times one at 1,000`,
      );
    }
  }
  const e = new Churn(mixed(), 5_000, { percentage: 100, node: mixedNode });
  const { fast, plain } = e.measure(quick ? 1_000 : 4_000, quick ? 1_000 : 4_000);
  if (e.world.fast.counts.plain > 0) throw new Error("a decision of e took the plain way");
  console.log(
    `e, 5,000 nodes, all scored: ${number(fast)}/s, plain ${number(plain!)}/s, ${number(fast / plain!)} times`,
  );
}
