import { BATCH, Churn } from "./churn.js";
import { number } from "./print.js";
import type { Targets } from "./targets.js";
import { LADDER, manyTemplates, mixed, mixedNode, ofServices, serviceOf } from "./workloads.js";

const NODES = 5_000;

/** Workloads that go on: each pod that is placed takes the place of the oldest one. */
export function mixes(millis: number, targets: Targets): void {
  for (const [name, workload] of Object.entries(LADDER)) {
    const churn = new Churn(workload, NODES, { percentage: 100 });
    const { fast } = churn.measure(millis / 2, 0);
    console.log(`${name}, the oldest pod leaves as each one comes: ${number(fast)}/s`);
  }
  const e = new Churn(mixed(), NODES, { percentage: 100, node: mixedNode });
  const times = report(
    "e, 200 templates with spreading, anti-affinity, affinity, taints",
    e,
    millis,
  );
  targets.atLeast("e, 5,000 nodes, all scored: fast / plain", times, 30);
  const services = new Churn(ofServices(), NODES, {
    percentage: 100,
    prepare: ({ services: table }) => {
      for (const service of serviceOf()) table.set(service);
    },
  });
  report("200 Services, spread by default", services, millis);
  manyOnes(targets);
  ownTemplates(targets);
}

/** Every pod has a template of its own, which asks for other amounts than all others. */
function ownTemplates(targets: Targets): void {
  const pods = 50_000;
  const own = new Churn(manyTemplates(pods), NODES, { percentage: 0, standing: 100 });
  let nanos = 0;
  for (let placed = 0; placed < pods; placed += BATCH) nanos += own.place("fast", BATCH);
  const seconds = nanos / 1e9;
  console.log(
    `${number(pods)} pods, each of a template of its own, by default: ${seconds.toFixed(1)} s of CPU`,
  );
  targets.atMost("50,000 pods, each of a template of its own: seconds of CPU", seconds, 10);
}

function report(title: string, churn: Churn, millis: number): number {
  const { fast, plain } = churn.measure(millis, millis);
  if (churn.world.fast.counts.plain > 0)
    throw new Error(`a decision of ${title} took the plain way`);
  const { fast: decisions, nodesJudged } = churn.world.fast.counts;
  console.log(
    `${title}: ${number(fast)}/s, plain ${number(plain!)}/s, ${number(fast / plain!)} times, ` +
      `${number(nodesJudged / decisions)} nodes judged a decision`,
  );
  return fast / plain!;
}

/** What is remembered of 10,000 templates keeps within its bound. */
function manyOnes(targets: Targets): void {
  const memoryBytes = 64 * 1024 * 1024;
  const many = new Churn(manyTemplates(10_000), NODES, {
    percentage: 100,
    standing: 100,
    memoryBytes,
  });
  let most = 0;
  const rounds = 20;
  let nanos = 0;
  for (let i = 0; i < rounds; i += 1) {
    nanos += many.place("fast", BATCH);
    most = Math.max(most, many.world.fast.counts.bytes);
  }
  const { fast: decisions, forgotten } = many.world.fast.counts;
  if (decisions < 10_000) throw new Error("not every template was decided on");
  targets.atMost("10,000 templates: MiB remembered", most / 2 ** 20, memoryBytes / 2 ** 20);
  console.log(
    `10,000 templates, 5,000 nodes: at most ${number(most / 2 ** 20)} MiB remembered of ` +
      `${memoryBytes / 2 ** 20} allowed, ${number(forgotten)} forgotten, ` +
      `${number((rounds * BATCH * 1e9) / nanos)}/s`,
  );
}
