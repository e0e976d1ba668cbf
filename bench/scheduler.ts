import {
  LADDER,
  manyTemplates,
  mixed,
  mixedNode,
  ofPriority,
  speedNode,
} from "./scheduler-workloads.js";
import { BATCH, Churn } from "./scheduler-churn.js";
import { BenchWorld, benchNode, benchPod } from "./scheduler-world.js";

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
        const { fast, plain } = churn.measure(
          millis,
          nodes === 5_000 && percentage === 100 ? millis * 1.5 : 0,
        );
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

function printCostOfSize(rates: ReadonlyMap<string, number>): void {
  for (const [key, small] of rates) {
    const [name, nodes, percentage] = key.split("/");
    const large = rates.get(`${name}/100000/${percentage}`);
    if (nodes !== "1000" || large === undefined) continue;
    const times = (small / large).toFixed(2);
    console.log(`${name}, ${percentage}: 100,000 nodes cost ${times} times 1,000`);
  }
}

/** Workload e, and what is remembered of 10,000 templates. */
function mixes(millis: number): void {
  const e = new Churn(mixed(), 5_000, { percentage: 100, node: mixedNode });
  const { fast, plain } = e.measure(millis, millis);
  if (e.world.fast.counts.plain > 0) throw new Error("a decision of e took the plain way");
  console.log(
    `e, 5,000 nodes, all scored: ${number(fast)}/s, plain ${number(plain!)}/s, ${number(fast / plain!)} times`,
  );
  const memoryBytes = 64 * 1024 * 1024;
  const many = new Churn(manyTemplates(10_000), 5_000, {
    percentage: 100,
    standing: 100,
    memoryBytes,
  });
  let most = 0;
  const spent = Array.from({ length: 20 }, () => {
    const nanos = many.place("fast", BATCH);
    most = Math.max(most, many.world.fast.counts.bytes);
    return nanos;
  }).reduce((sum, nanos) => sum + nanos, 0);
  const { fast: decisions, forgotten } = many.world.fast.counts;
  if (decisions < 10_000) throw new Error("not every template was decided on");
  console.log(
    `10,000 templates, 5,000 nodes: at most ${number(most / 2 ** 20)} MiB remembered of ` +
      `${memoryBytes / 2 ** 20} allowed, ${number(forgotten)} forgotten, ` +
      `${number((20 * BATCH * 1e9) / spent)}/s`,
  );
}

/** Workload f: a full cluster of four priorities with budgets; each pod has to push others out. */
function preemption(): void {
  const nodes = 5_000;
  const world = new BenchWorld({ percentageOfNodesToScore: 0 });
  const { state } = world;
  for (let i = 0; i < nodes; i += 1) state.addNode(benchNode(`node-${i}`, speedNode(i)));
  for (const [i, node] of state.nodes.entries()) {
    const cpus = [4, 8, 16, 32][Number(node.name.slice("node-".length)) % 4]!;
    for (let k = 0; k < 4; k += 1) {
      const priority = [0, 10, 20, 30][k]!;
      const pod = ofPriority(priority, `${(cpus * 1000) / 4}m`)(i * 4 + k);
      state.addPod(pod.next({ nodeName: node.name }));
    }
  }
  for (const priority of [0, 10]) {
    world.budgets.set({
      kind: "PodDisruptionBudget",
      namespace: "default",
      name: `budget-${priority}`,
      spec: { selector: { matchLabels: { app: `priority-${priority}` } } },
      status: { disruptionsAllowed: priority === 0 ? 100 : 0 },
    } as never);
  }
  const preemptor = ofPriority(100, "1");
  const attempts = 10;
  const begin = process.cpuUsage();
  for (let i = 0; i < attempts; i += 1) {
    const outcome = world.schedule("fast", state.podInfos.podInfo(preemptor(i)));
    if (outcome.kind !== "unschedulable" || outcome.postFilter?.victims.length !== 1) {
      throw new Error("a pod of high priority preempts one other");
    }
    // The freed room is taken at once by a pod of the victim's size: the cluster stays full.
    const [victim] = outcome.postFilter.victims;
    state.removePod(victim!.pod.uid);
    const template = { ...victim!.pod.spec, priority: 100 };
    const instead = benchPod(`in-${i}`, { app: "in" }, template);
    state.addPod(instead.next({ nodeName: victim!.pod.nodeName }));
  }
  const { user, system } = process.cpuUsage(begin);
  const millis = (user + system) / 1_000 / attempts;
  console.log(
    `f, 5,000 full nodes, four priorities, budgets: ${millis.toFixed(1)} ms a preemption`,
  );
}

/** Workload g: pods that fit nowhere, asked again after each event. */
function refusals(millis: number): void {
  const pods = 10_000;
  const world = new BenchWorld({ percentageOfNodesToScore: 0 });
  const { state } = world;
  for (let i = 0; i < 5_000; i += 1) state.addNode(benchNode(`node-${i}`, speedNode(i)));
  const small = Array.from({ length: 1_000 }, (_, i) => {
    const pod = LADDER.a!(i).next({ nodeName: `node-${i}` });
    state.addPod(pod);
    return pod;
  });
  const templates = [33, 40, 50, 64].map((cpu) => ofPriority(0, String(cpu)));
  const waiting = Array.from({ length: pods }, (_, i) =>
    state.podInfos.podInfo(templates[i % 4]!(i)),
  );
  let attempts = 0;
  let events = 0;
  const begin = process.cpuUsage();
  let spent = 0;
  while (spent < millis * 1_000) {
    const gone = small[events % small.length]!;
    state.removePod(gone.uid);
    state.addPod(gone);
    events += 1;
    for (const pod of waiting) {
      const outcome = world.schedule("fast", pod);
      if (outcome.kind !== "unschedulable") throw new Error("a pod that fits nowhere was placed");
      if (!outcome.message().startsWith("0/5000")) throw new Error(outcome.message());
      attempts += 1;
    }
    const { user, system } = process.cpuUsage(begin);
    spent = user + system;
  }
  console.log(
    `g, 10,000 pods that fit nowhere, 5,000 nodes: ${number((attempts / spent) * 1e6)} retries/s ` +
      `(${number(events)} events, ${number(world.framework.calls.filter)} filter calls for ${number(attempts)} retries)`,
  );
}

/** `SEATRIAL_BENCH=full` measures six times longer. Rates are by seconds of processor time. */
export function run(): void {
  const millis = process.env.SEATRIAL_BENCH === "full" ? 1_500 : 250;
  printCostOfSize(ladder([100, 1_000, 5_000, 20_000, 100_000], millis));
  mixes(millis * 4);
  preemption();
  refusals(millis * 4);
}
