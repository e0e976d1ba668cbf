/**
 * `npm run bench` runs all benchmarks, `npm run bench -- queue` those that are named. Each one is a
 * file with a function `run`, prints its figures, and throws when it did not process what it should.
 */
interface Benchmark {
  run(): void | Promise<void>;
}

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  queue: () => import("./queue.js"),
  scheduler: () => import("./scheduler/scheduler.js"),
  policies: () => import("./scheduler/policies.js"),
  "start-up": () => import("./start-up.js"),
  openb: () => import("./openb.js"),
  traffic: () => import("./traffic.js"),
  "traffic-week": async () => ({ run: (await import("./traffic-cluster.js")).runWeek }),
  csv: () => import("./csv.js"),
  autoscalers: () => import("./autoscalers.js"),
  sweep: () => import("./sweep.js"),
  life: () => import("./life.js"),
  churn: () => import("./churn.js"),
  "churn-kinds": () => import("./churn-kinds.js"),
  "churn-kinds-large": async () => ({
    run: (await import("./churn-kinds.js")).runLarge,
  }),
  wide: () => import("./wide.js"),
  "start-large": () => import("./start-large.js"),
  "churn-day": async () => ({ run: (await import("./churn.js")).runDay }),
};

/** Takes minutes: only when it is named. */
const ONLY_WHEN_NAMED: ReadonlySet<string> = new Set([
  "churn-kinds-large",
  "wide",
  "churn-day",
  "start-large",
  "traffic-week",
]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(", ")}`);
  console.error(`there are: ${Object.keys(BENCHMARKS).join(", ")}`);
  process.exit(2);
}
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (asked.length > 0 ? !asked.includes(name) : ONLY_WHEN_NAMED.has(name)) continue;
  console.log(`\n# ${name}`);
  const benchmark = await load();
  await benchmark.run();
}
