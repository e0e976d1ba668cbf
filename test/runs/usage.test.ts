import { describe, expect, test } from "vitest";
import { issuesFrom, loadedFromMemory, worldOf } from "./built-world.js";

const APP = `apiVersion: apps/v1
kind: Deployment
metadata: { name: vm }
spec:
  replicas: 2
  selector: { matchLabels: { app: vm } }
  template:
    metadata: { labels: { app: vm } }
    spec:
      containers:
        - name: guest
          image: vm
          resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { cpu: "1", memory: 2Gi } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: vm }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: vm }
  minReplicas: 1
  maxReplicas: 8
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]
`;

const ROWS = "a,10,20,30,40,50,60\nb,60,50,40,30,20,10\n";
const TIMED =
  "when,load\n2026-01-01T00:00:00Z,0.2\n2026-01-01T00:05:00Z,0.8\n2026-01-01T00:10:00Z,0.2\n";
const GAPPED = "t,load\n0,0.2\n60,0.2\n300,0.8\n360,0.8\n";
const PROMETHEUS = JSON.stringify({
  status: "success",
  data: {
    resultType: "matrix",
    result: [
      {
        metric: { pod: "a" },
        values: [
          [1767225600, "0.1"],
          [1767225900, "0.4"],
        ],
      },
      {
        metric: { pod: "b" },
        values: [
          [1767225600, "9"],
          [1767225900, "9"],
        ],
      },
    ],
  },
});

function files(usage: string, more: { replicas?: number; duration?: string; hpa?: boolean } = {}) {
  const app = more.hpa === true ? APP : APP.slice(0, APP.indexOf("---"));
  return {
    "s.yaml": `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: usage }
spec:
  startTime: 2026-01-01T00:00:00Z
  duration: ${more.duration ?? "30m"}
  metrics: { every: 1m }
  cluster: { nodePools: [{ name: general, nodes: 1, capacity: { cpu: "10", memory: 32Gi } }] }
  manifests: [app.yaml]
  behavior: [{ start: 0s, ${usage} }]
`,
    "app.yaml": app.replace("replicas: 2", `replicas: ${more.replicas ?? 2}`),
    "rows.csv": ROWS,
    "timed.csv": TIMED,
    "gapped.csv": GAPPED,
    "answer.json": PROMETHEUS,
  };
}

/** Cores in use, and gigabytes, by minute from 0. */
async function run(usage: string, more: Parameters<typeof files>[1] = {}) {
  const world = await worldOf(await loadedFromMemory(files(usage, more)));
  world.run();
  const { figures } = world.finish();
  const rows = [...figures.timeseriesTable().blocks()].flat();
  const of = (resource: string, whole: number) =>
    rows
      .filter((row) => row[1] === "utilization_ratio" && row[2] === `resource=${resource}`)
      .map((row) => Math.round(Number(row[3]) * whole * 1000) / 1000);
  const named = new Map(figures.summary.map((row) => [`${row.metric} ${row.labels}`, row.value]));
  const digest = world.ground.engine.digest.hex();
  return { cores: of("cpu", 10), gibibytes: of("memory", 32), named, digest };
}

describe("containers use, over time, what is said", () => {
  test("each pod a line of its own, from the first line again behind the last", async () => {
    const cpu = "cpu: { series: { path: rows.csv, rows: byPod, every: 5m, scale: 0.01 } }";
    const { cores } = await run(cpu, { replicas: 3, duration: "40m" });
    // Lines a, b and a: 0.1 + 0.6 + 0.1 from the start on; behind the last value it holds.
    const means = [0, 5, 10, 15, 20, 25, 35].map((minute) => cores[minute + 2]);
    expect(means).toEqual([0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.3]);
  });

  test("one line by its name, as a share of the request", async () => {
    const cpu = "cpu: { series: { path: rows.csv, row: b, every: 5m, scale: 0.01 }, of: request }";
    const { cores } = await run(cpu, { replicas: 1 });
    expect([2, 7, 12, 17, 22, 27].map((minute) => cores[minute])).toEqual([
      0.3, 0.25, 0.2, 0.15, 0.1, 0.05,
    ]);
  });

  test("a column by its dates, placed by startTime", async () => {
    const { cores } = await run("cpu: { series: { path: timed.csv, time: when, value: load } }");
    expect([2, 7, 12, 29].map((minute) => cores[minute])).toEqual([0.4, 1.6, 0.4, 0.4]);
  });

  test("a gap that is filled by a straight line", async () => {
    const keys = "path: gapped.csv, time: t, value: load";
    const { cores: linear } = await run(`cpu: { series: { ${keys}, gaps: linear } }`);
    expect([1, 2, 3, 4, 5].map((minute) => linear[minute])).toEqual([0.4, 0.7, 1, 1.3, 1.6]);
    const { cores: hold } = await run(`cpu: { series: { ${keys}, gaps: hold } }`);
    expect([1, 2, 3, 4, 5].map((minute) => hold[minute])).toEqual([0.4, 0.4, 0.4, 0.4, 1.6]);
  });

  test("the answer of a query of Prometheus, by labels", async () => {
    const { cores } = await run("cpu: { series: { path: answer.json, labels: { pod: a } } }");
    expect([2, 7].map((minute) => cores[minute])).toEqual([0.2, 0.8]);
  });

  test("an expression, whose mean is told minute by minute", async () => {
    const usage = 'cpu: { expression: "0.1 + t/3600" }, memory: { expression: "1073741824" }';
    const { cores, gibibytes } = await run(usage, { replicas: 1 });
    expect(cores[10]).toBeCloseTo(0.1 + 10.5 / 60, 3);
    expect(gibibytes[10]).toBe(1);
  });
});

test("a container is killed in the moment in which it uses more memory than its limit", async () => {
  // 2 GiB are exceeded after 512 s; from then on each start is too much at once.
  const memory = 'memory: { expression: "1.5*2^30 + t*2^20" }';
  const killed = "containers_restarted_count reason=OOMKilled";
  const [before, after] = await Promise.all([
    run(memory, { replicas: 1, duration: "510s" }),
    run(memory, { replicas: 1, duration: "515s" }),
  ]);
  expect(before.named.get(killed)).toBeUndefined();
  expect(after.named.get(killed)).toBe(1);
  const again = await run(memory, { replicas: 1, duration: "515s" });
  expect(again.digest).toBe(after.digest);
});

test("an autoscaler follows usage over time, as metrics-server measures it", async () => {
  const usage = 'cpu: { expression: "t < 600 ? 0.25 : 0.5" }';
  const { named } = await run(usage, { replicas: 2, hpa: true, duration: "20m" });
  // Twice the target for ever: it doubles until the maximum.
  expect(named.get("replicas_max_count target=default/Deployment/vm")).toBe(8);
  const calm = await run('cpu: { expression: "0.25" }', { replicas: 2, hpa: true });
  expect(calm.named.get("scale_events_count target=default/Deployment/vm")).toBe(0);
});

describe("usage that is wrong is refused with its place", () => {
  test.each([
    [
      "a negative number of cores",
      'cpu: { expression: "0.5 - t/600" }',
      /behavior\[0\]\.cpu\.expression: .*is -0.\d+ cores at 5m1s/,
    ],
    [
      "what is not arithmetic",
      'memory: { expression: "f(t)" }',
      /memory\.expression: .*`f` may not be called/,
    ],
    [
      "a gap",
      "cpu: { series: { path: gapped.csv, time: t, value: load } }",
      /gapped\.csv:3:1: .*3 values are missing/,
    ],
    [
      "a line that there is not",
      "cpu: { series: { path: rows.csv, row: c, every: 5m } }",
      /rows\.csv: .*has no line `c`/,
    ],
    ["lines without a step", "cpu: { series: { path: rows.csv, rows: byPod } }", /needs `every`/],
    [
      "two ways",
      'cpu: { expression: "1", series: { path: rows.csv, row: a, every: 5m } }',
      /expected one of expression, series/,
    ],
    [
      "a share of nothing",
      "cpu: { idle: 5m, of: request }",
      /of: .*`expression` or `series` alone/,
    ],
    [
      "a file that is not there",
      "memory: { series: { path: none.csv, value: x, every: 5m } }",
      /none\.csv/,
    ],
  ])("%s", async (_, usage, message) => {
    const issues = await issuesFrom(files(usage));
    expect(issues).toMatch(message);
  });
});
