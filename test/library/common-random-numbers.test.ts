import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadScenario, runScenario } from "../../src/library/index.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "common-"));
  writeFileSync(join(folder, "servers.yaml"), SERVERS);
  for (const nodes of [3, 30]) writeFileSync(join(folder, `common-${nodes}.yaml`), SCENARIO(nodes));
  const failures =
    ", failures: { between: { exponential: { mean: 12m } }, repair: { lognormal: { mean: 2m, cv: 0.5 } } }";
  writeFileSync(join(folder, "common-failing.yaml"), SCENARIO(6, failures));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SCENARIO = (nodes: number, failures = ""): string => `
apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: common-${nodes}${failures === "" ? "" : "-failing"} }
spec:
  duration: 40m
  cluster:
    nodePools: [{ name: general, nodes: ${nodes}, zones: [a, b], capacity: { cpu: "4", memory: 16Gi, pods: 110 }${failures} }]
  behavior:
    - match: { labels: { app: server } }
      crash: { exponential: { mean: 6m } }
  manifests: [servers.yaml]
  generators:
    - name: jobs
      arrivals: { poisson: { rate: 5/min } }
      template:
        kind: Pod
        spec: { restartPolicy: Never, containers: [{ name: main, image: j, resources: { requests: { cpu: 100m, memory: 100Mi } } }] }
      vary:
        requests.cpu: { choice: [{ value: 500m, weight: 3 }, { value: "2", weight: 1 }] }
        run: { lognormal: { mean: 6m, cv: 1.2 } }
`;

const SERVERS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: servers }
spec:
  replicas: 6
  selector: { matchLabels: { app: server } }
  template:
    metadata: { labels: { app: server } }
    spec: { containers: [{ name: main, image: s, resources: { requests: { cpu: 100m } } }] }
`;

type Row = Readonly<Record<string, string>>;

/** Runs a policy; the folder of its results. */
async function run(file: string, policy: string, seed: number): Promise<string> {
  const score = { disabled: [{ name: "*" }], enabled: [{ name: policy }] };
  const set =
    policy === "default"
      ? []
      : [`scheduler.config=${JSON.stringify({ profiles: [{ plugins: { score } }] })}`];
  const scenario = await loadScenario(join(folder, file), { seed, set });
  return (await runScenario(scenario, { out: join(folder, "out"), variant: policy })).path;
}

function rowsOf(path: string, table: "pods" | "events"): readonly Row[] {
  const text = readFileSync(join(path, `${table}.csv`), "utf8");
  const [header, ...rows] = text.trim().split("\n");
  const names = header!.split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

const pods = async (nodes: number, policy: string, seed: number): Promise<readonly Row[]> =>
  rowsOf(await run(`common-${nodes}.yaml`, policy, seed), "pods");

const jobsOf = (rows: readonly Row[]): readonly Row[] =>
  rows.filter(({ name }) => name!.startsWith("jobs-"));

test("every policy of a seed sees the same arrivals, sizes and lifetimes, also where pods must wait", async () => {
  const worlds = await Promise.all(
    ["default", "FirstFit", "WorstFit"].map(async (policy) => jobsOf(await pods(3, policy, 4))),
  );
  const given = (rows: readonly Row[]) =>
    rows.map(({ name, created_seconds, cpu_request_cores, memory_request_bytes }) => {
      return [name, created_seconds, cpu_request_cores, memory_request_bytes];
    });
  const [first, ...others] = worlds;
  const lifetimes = (rows: readonly Row[]) =>
    new Map(
      rows
        .filter(({ phase }) => phase === "Succeeded")
        .map(({ name, started_seconds, finished_seconds }) => {
          return [name, Math.round((Number(finished_seconds) - Number(started_seconds)) * 1e6)];
        }),
    );
  let compared = 0;
  let waited = 0;
  for (const other of others) {
    expect(given(other)).toEqual(given(first!));
    const own = lifetimes(other);
    for (const [name, seconds] of lifetimes(first!)) {
      if (!own.has(name)) continue;
      compared += 1;
      expect(own.get(name), `lifetime of ${name}`).toBe(seconds);
    }
    waited += other.filter((row, i) => row.bound_seconds !== first![i]!.bound_seconds).length;
  }
  expect(compared).toBeGreaterThan(50);
  expect(waited, "pods whose waits differ between the policies").toBeGreaterThan(10);
  expect(given(jobsOf(await pods(3, "default", 5)))).not.toEqual(given(first!));
});

test("and the same crashes: where nobody waits pods live the same lives on other nodes", async () => {
  const [spread, packed] = await Promise.all([pods(30, "default", 4), pods(30, "FirstFit", 4)]);
  // Times differ by the microseconds of a cycle that looks at fewer nodes.
  const lives = (rows: readonly Row[]) =>
    rows.map(({ name, created_seconds, phase, restarts_count }) => {
      return [name, created_seconds, phase, restarts_count];
    });
  expect(lives(packed!)).toEqual(lives(spread!));
  const servers = packed!.filter(({ name }) => name!.startsWith("servers"));
  expect(servers.reduce((sum, row) => sum + Number(row.restarts_count), 0)).toBeGreaterThan(5);
  expect(packed!.map(({ node }) => node)).not.toEqual(spread!.map(({ node }) => node));
});

test("and the same failures of nodes: which ones come back, and when", async () => {
  const world = async (policy: string, seed = 4) => {
    const path = await run("common-failing.yaml", policy, seed);
    const back = rowsOf(path, "events").filter(({ reason }) => reason === "NodeReady");
    return {
      recoveries: back.map(({ object, time_seconds }) => `${object} ${time_seconds}`),
      placed: rowsOf(path, "pods").map(({ node }) => node),
    };
  };
  const [spread, packed, other] = [
    await world("default"),
    await world("FirstFit"),
    await world("default", 5),
  ];
  expect(spread.recoveries.length).toBeGreaterThan(5);
  expect(packed.recoveries).toEqual(spread.recoveries);
  expect(packed.placed).not.toEqual(spread.placed);
  expect(other.recoveries).not.toEqual(spread.recoveries);
});
