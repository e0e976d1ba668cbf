import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunFolder, openRunFolder } from "../../src/experiment/run-folder.js";
import { runRecord } from "../../src/experiment/run-record.js";
import { writeRun } from "../../src/experiment/write-run.js";
import { EVENT_COLUMNS } from "../../src/record/event-log.js";
import { METRICS } from "../../src/record/metrics/registry.js";
import { container, node, object, ownedBy, pod, readyStatus, spec } from "../record/objects.js";
import { SECOND, recorder } from "../record/recording.js";

let out: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "seatrial-"));
});

afterEach(() => {
  rmSync(out, { recursive: true, force: true });
});

const IDENTITY = {
  scenario: "shop",
  variant: "default",
  seed: 7,
  version: "0.2.0",
  kubernetesVersion: "1.33",
  claim: { status: "unverified", nearest: "1.34", gates: 9, timing: { status: "unverified" } },
  eventsProcessed: 1234,
  digest: "00ff00ff",
  isStopped: false,
  notes: [],
  notModelled: [],
} as const;

/** A minute of a small cluster: a rollout, a drain, a crash, a pod that finds no room. */
async function writeSmallRun(seconds: number): Promise<string> {
  const folder = openRunFolder({
    out,
    scenario: "shop",
    variant: "default",
    seed: seconds,
    owner: { name: "me", isAlive: () => true },
  });
  if (!(folder instanceof RunFolder)) throw new Error(folder.message);
  const r = recorder({
    everyMicros: 20 * SECOND,
    priceOf: (n) => ({ pool: n.labels.pool ?? "none", pricePerHourDollars: 0.3 }),
    events: folder.openTable("events.csv", EVENT_COLUMNS),
  });
  const size = { cpu: "3920m", memory: "16Gi", pods: "110", "nvidia.com/gpu": "2" };
  r.objectChanged(null, node("general-0", size, { zone: "a", pool: "general" }), 0);
  r.objectChanged(null, node("general-1", size, { zone: "b", pool: "general" }), 0);
  const template = { spec: { containers: [{ name: "main", image: "v1" }] } };
  const web = object("Deployment", {
    name: "web",
    uid: "dep",
    spec: { replicas: 2, selector: {}, template },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
  });
  r.objectChanged(null, web, 0);
  const owner = ownedBy("ReplicaSet", "web-1", "rs");
  const rs = ownedBy("Deployment", "web", "dep");
  const replicaSet = object("ReplicaSet", { name: "web-1", uid: "rs", ownerReferences: rs });
  r.objectChanged(null, replicaSet, 0);
  const templateSpec = spec({ cpu: "1500m", memory: "2Gi", "nvidia.com/gpu": "1" });
  const created = [0, 1, 2].map((i) =>
    pod({
      row: i,
      name: `web-1-${i}`,
      generateName: "web-1-",
      creationTimeMicros: i * SECOND,
      spec: templateSpec,
      ownerReferences: owner,
    }),
  );
  for (const [i, p] of created.entries()) r.objectChanged(null, p, i * SECOND);
  const refusal = '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had taint "x".';
  const causes = [{ plugin: "NodeResourcesFit", reason: "Insufficient cpu" }];
  r.schedulingAttempt(created[2]!, "unschedulable", 2 * SECOND, refusal, causes);
  r.event("Warning", "FailedScheduling", created[2]!, refusal, 2 * SECOND);
  for (const i of [0, 1]) {
    const bound = created[i]!.next({ nodeName: `general-${i}` });
    r.schedulingAttempt(created[i]!, "scheduled", 3 * SECOND);
    r.objectChanged(created[i]!, bound, 3_005_000);
    const running = bound.next({ phase: "Running", status: readyStatus(true, 5 * SECOND) });
    r.objectChanged(bound, running, 5 * SECOND + i);
    if (i === 0) continue;
    const crashed = running.next({
      status: {
        ...running.status,
        containers: [
          container({
            restartCount: 1,
            lastTermination: {
              exitCode: 137,
              reason: "OOMKilled",
              startedAtMicros: 0,
              finishedAtMicros: 0,
            },
          }),
        ],
      },
    });
    r.objectChanged(running, crashed, 10 * SECOND);
    r.podEvicted(crashed, "EvictionByEvictionAPI", 30 * SECOND);
    r.objectChanged(crashed, null, 31 * SECOND);
  }
  r.timelineStep("drain", "Node/general-1", "1 pod to evict", 30 * SECOND);
  const figures = r.finish(seconds * SECOND);
  const run = {
    figures,
    identity: { ...IDENTITY, inputs: [], endMicros: figures.endMicros, resolved: { name: "shop" } },
    timing: { wallSeconds: 0.25 },
  };
  const issue = await writeRun(folder, run, async () => {});
  expect(issue).toBeNull();
  return folder.path;
}

describe("the files of a run", () => {
  const files = ["events.csv", "nodes.csv", "pods.csv", "run.json", "summary.csv"];

  it.each([...files, "timeseries.csv"])("have this form: %s", async (file) => {
    const path = await writeSmallRun(60);
    expect(readdirSync(path).sort()).toEqual([...files, "timeseries.csv", "timing.json"]);
    await expect(readFileSync(join(path, file), "utf8")).toMatchFileSnapshot(`golden/${file}`);
  });

  it("are the same bytes for the same run", async () => {
    const contents = async () => {
      const path = await writeSmallRun(61);
      return [...files, "timeseries.csv"].map((file) => readFileSync(join(path, file), "utf8"));
    };
    expect(await contents()).toEqual(await contents());
  });

  it("name only metrics of the registry, each with its unit", async () => {
    const path = await writeSmallRun(60);
    for (const [file, at] of [
      ["summary.csv", 0],
      ["timeseries.csv", 1],
    ] as const) {
      const [, ...lines] = readFileSync(join(path, file), "utf8").trimEnd().split("\n");
      for (const line of lines) {
        const cells = line.split(",");
        const definition = METRICS[cells[at] as keyof typeof METRICS];
        expect(definition, line).toBeDefined();
        expect([`${file.replace(".csv", "")}`, "both"]).toContain(definition.where);
        expect(cells.at(-1)).toBe(definition.unit);
        const key = cells[at + 1]!.split("=")[0]!;
        if (key !== "") expect(definition.labels).toContain(key);
      }
    }
  });
});

describe("run.json", () => {
  const resolved = {
    manifests: [
      {
        kind: "Secret",
        metadata: { name: "s", annotations: { "kubectl.kubernetes.io/last-applied": "hunter2" } },
        data: { password: "aHVudGVyMg==" },
        stringData: { password: "hunter2" },
      },
      {
        kind: "Deployment",
        metadata: {
          annotations: {
            "deployment.kubernetes.io/revision": "3",
            "corp.example/token": "hunter2",
          },
        },
        spec: {
          template: {
            spec: { containers: [{ name: "c", env: [{ name: "TOKEN", value: "hunter2" }] }] },
          },
        },
      },
    ],
    timeline: [{ type: "patch", target: { kind: "Secret" }, patch: { data: { p: "hunter2" } } }],
    traces: [{ file: "/home/me/trace.csv" }, { file: "data:openb/pods.csv" }],
  };
  const inputs = [
    { name: "scenario.yaml", sha256: "b" },
    { name: "/home/me/apps.yaml", sha256: "a" },
  ];
  const text = JSON.stringify(runRecord({ ...IDENTITY, inputs, endMicros: 0, resolved }));

  it("holds no data of Secrets, value of the environment or annotation of others", () => {
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain("aHVudGVyMg");
    expect(text).toContain('{"name":"TOKEN"}');
    expect(text).toContain('{"deployment.kubernetes.io/revision":"3"}');
  });

  it("holds no absolute path, and its inputs in order", () => {
    expect(text).not.toContain("/home/me");
    expect(text).toContain('"inputs":[{"name":"apps.yaml","sha256":"a"},{"name":"scenario.yaml"');
    expect(text).toContain("data:openb/pods.csv");
  });
});
