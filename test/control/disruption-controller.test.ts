import { describe, expect, it } from "vitest";
import { fromManifest } from "../../src/api/manifest.js";
import { podCondition } from "../../src/api/pod-version.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { deployment, podTemplate, START_TIME_MS, TestCluster } from "./cluster.js";

const budget = (spec: object, name = "web") => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "default" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
});

function protectedWeb(spec: object, replicas = 4): TestCluster {
  const cluster = new TestCluster({ stopAfterMicros: 3e6 }).run(CONTROLLERS);
  cluster.apply(budget(spec));
  cluster.apply(deployment("web", { replicas }));
  return cluster.advance(30);
}

const statusOf = (cluster: TestCluster) => cluster.get("PodDisruptionBudget", "web").status;
const podsOf = (cluster: TestCluster) =>
  cluster.all("Pod").filter((pod) => pod.deletionTimeMicros === null);
const evict = (cluster: TestCluster, index: number) =>
  cluster.execute({ verb: "evict", target: podsOf(cluster)[index]! });

describe("the status of a budget", () => {
  it("that cannot be worked out is not of its present generation", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(budget({ maxUnavailable: 1 }));
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "odd",
        namespace: "default",
        labels: { app: "web" },
        ownerReferences: [
          { apiVersion: "x/v1", kind: "Odd", name: "odd", uid: "odd", controller: true },
        ],
      },
      spec: podTemplate({}).spec,
    });
    cluster.advance(30);
    expect(statusOf(cluster).conditions).toMatchObject([{ reason: "SyncFailed" }]);
    const known = statusOf(cluster).observedGeneration;
    cluster.apply(budget({ maxUnavailable: 2 }));
    cluster.advance(30);
    expect(cluster.get("PodDisruptionBudget", "web").generation).toBe(2);
    expect(statusOf(cluster).observedGeneration).toBe(known);
  });

  it("counts the pods that the Deployment wants, and follows them", () => {
    const cluster = protectedWeb({ maxUnavailable: "25%" });
    expect(statusOf(cluster)).toMatchObject({
      expectedPods: 4,
      currentHealthy: 4,
      desiredHealthy: 3,
      disruptionsAllowed: 1,
      observedGeneration: 1,
      conditions: [{ type: "DisruptionAllowed", status: "True", reason: "SufficientPods" }],
    });
    cluster.apply(deployment("web", { replicas: 9 }));
    cluster.advance(30);
    expect(statusOf(cluster)).toMatchObject({ expectedPods: 9, disruptionsAllowed: 3 });
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
    expect(cluster.engine.eventsPending).toBe(0);
  });

  it("is taken from the API server's count after an eviction until the pod goes", () => {
    const cluster = protectedWeb({ minAvailable: 2 });
    const [first] = podsOf(cluster);
    expect(evict(cluster, 0).ok).toBe(true);
    expect(statusOf(cluster).disruptionsAllowed).toBe(1);
    expect(Object.keys(statusOf(cluster).disruptedPods ?? {})).toEqual([first!.name]);
    expect(evict(cluster, 0).ok).toBe(true);
    expect(evict(cluster, 0)).toMatchObject({ ok: false, reason: "TooManyRequests" });
    cluster.advance(0.5);
    expect(statusOf(cluster)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
    expect(statusOf(cluster).disruptedPods).toBeUndefined();
    cluster.advance(30);
    expect(statusOf(cluster)).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 2 });
  });

  it("is not worked out for pods without a controller, unless a number is asked for", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(budget({ maxUnavailable: 1 }));
    const metadata = { name: "bare", namespace: "default", labels: { app: "web" } };
    cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec: podTemplate({}).spec });
    cluster.advance(20);
    expect(statusOf(cluster).disruptionsAllowed).toBe(0);
    expect(cluster.reasons()).toContain("UnmanagedPods");
    cluster.execute({
      verb: "patch",
      target: cluster.get("PodDisruptionBudget", "web"),
      change: { spec: budget({ minAvailable: 0 }).spec },
    });
    expect(evict(cluster, 0)).toMatchObject({ ok: false, reason: "TooManyRequests" });
    cluster.advance(20);
    expect(evict(cluster, 0).ok).toBe(true);
  });

  it("stays as a snapshot has it where the owners are not kept", () => {
    const cluster = new TestCluster();
    const status = {
      expectedPods: 3,
      desiredHealthy: 1,
      currentHealthy: 2,
      disruptionsAllowed: 1,
      observedGeneration: 1,
    };
    const creationTimestamp = "2026-11-20T00:00:00Z";
    const dumped = budget({ maxUnavailable: 2 });
    const metadata = { ...dumped.metadata, creationTimestamp, generation: 1 };
    cluster.server.load(fromManifest({ ...dumped, metadata, status } as never, START_TIME_MS)!);
    const owner = { apiVersion: "db.example/v1", kind: "Database", name: "db", uid: "u-db" };
    for (const name of ["db-0", "db-1"]) {
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name,
          namespace: "default",
          labels: { app: "web" },
          ownerReferences: [{ ...owner, controller: true }],
        },
        spec: podTemplate({}).spec,
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      };
      cluster.server.load(fromManifest(pod as never, START_TIME_MS)!);
    }
    cluster.run(CONTROLLERS, false).advance(60);
    expect(statusOf(cluster)).toMatchObject(status);
  });
});

it("a pod under two budgets tells of it at each of its changes", () => {
  const cluster = protectedWeb({ minAvailable: 1 }, 1);
  cluster.apply(budget({ minAvailable: 1 }, "other"));
  cluster.advance(5);
  const told = () =>
    cluster.reasons().filter((reason) => reason === "MultiplePodDisruptionBudgets").length;
  expect(told()).toBe(0);
  const [pod] = podsOf(cluster);
  const annotated = (value: string) =>
    cluster.execute({ verb: "patch", target: pod!, change: { annotations: { note: value } } });
  annotated("one");
  cluster.advance(1);
  annotated("two");
  cluster.advance(1);
  expect(told()).toBe(2);
});

describe("an eviction", () => {
  it("under two budgets is refused with 500", () => {
    const cluster = protectedWeb({ minAvailable: 1 });
    cluster.apply(budget({ minAvailable: 1 }, "other"));
    cluster.advance(5);
    expect(evict(cluster, 0)).toMatchObject({ ok: false, reason: "InternalError" });
    expect(cluster.advance(1).engine.now).toBeGreaterThan(0);
  });

  it("that is counted and not followed by a deletion is forgotten after 2 min", () => {
    const cluster = protectedWeb({ minAvailable: 3 });
    const target = cluster.get("PodDisruptionBudget", "web");
    const [pod] = podsOf(cluster);
    const at = "2026-11-21T00:00:30Z";
    const status = { ...target.status, disruptionsAllowed: 0, disruptedPods: { [pod!.name]: at } };
    cluster.execute({ verb: "patch", target, change: { status } });
    cluster.advance(100);
    expect(statusOf(cluster)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 0 });
    cluster.advance(30);
    expect(statusOf(cluster)).toMatchObject({ currentHealthy: 4, disruptionsAllowed: 1 });
    expect(cluster.reasons()).toContain("NotDeleted");
  });
});

it("a pod that its kubelet ends is disrupted for as long as that takes", () => {
  const cluster = protectedWeb({ minAvailable: 1 });
  const [pod] = podsOf(cluster);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTimeMicros: cluster.engine.now,
    reason: "TerminationByKubelet",
    message: "",
  } as const;
  cluster.execute({ verb: "patch", target: pod!, change: { setConditions: [condition] } });
  cluster.advance(600);
  expect(podCondition(cluster.get("Pod", pod!.name), "DisruptionTarget")?.status).toBe("True");
});

it("a pod that was to be disrupted and was not deleted loses the condition after 2 min", () => {
  const cluster = protectedWeb({ minAvailable: 1 });
  const [pod] = podsOf(cluster);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTimeMicros: cluster.engine.now,
    reason: "PreemptionByScheduler",
    message: "",
  } as const;
  const statusNow = () => podCondition(cluster.get("Pod", pod!.name), "DisruptionTarget")?.status;
  cluster.execute({ verb: "patch", target: pod!, change: { setConditions: [condition] } });
  cluster.advance(119);
  expect(statusNow()).toBe("True");
  cluster.advance(2);
  expect(statusNow()).toBe("False");
});
