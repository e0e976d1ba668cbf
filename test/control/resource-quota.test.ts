import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { deployment, only, TestCluster } from "./cluster.js";

const CONTROLLERS = only(
  "resourcequota-controller",
  "replicaset-controller",
  "deployment-controller",
  "garbage-collector-controller",
);

function withQuota(hard: Record<string, string>, more: object = {}, options = {}) {
  const cluster = new TestCluster(options).run(CONTROLLERS);
  cluster.apply({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "q", namespace: "default" },
    spec: { hard, ...more },
  });
  return cluster.advance(1);
}

interface PodSketch {
  readonly requests?: Record<string, string>;
  readonly [field: string]: unknown;
}

function create(cluster: TestCluster, name: string, { requests, ...spec }: PodSketch = {}) {
  const container = { name: "main", image: "i", ...(requests && { resources: { requests } }) };
  return cluster.execute({
    verb: "apply",
    manifest: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default" },
      spec: { containers: [container], ...spec },
    },
  });
}

const used = (cluster: TestCluster) => cluster.get("ResourceQuota", "q").status.used;
const messageOf = (outcome: ReturnType<typeof create>) => (outcome.ok ? null : outcome.message);

describe("a quota", () => {
  it("has the usage of what there is before it limits anything", () => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply(deployment("web", { replicas: 3 }));
    cluster.advance(5);
    cluster.apply({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: "default" },
      spec: { hard: { pods: "5", "count/deployments.apps": "2", "services.nodeports": "0" } },
    });
    cluster.advance(1);
    expect(used(cluster)).toEqual({
      pods: "3",
      "count/deployments.apps": "1",
      "services.nodeports": "0",
    });
  });

  it("refuses what would exceed it, as the API server words it", () => {
    const cluster = withQuota({ "requests.cpu": "1", pods: "10" });
    expect(messageOf(create(cluster, "a", { requests: { cpu: "600m" } }))).toBeNull();
    expect(used(cluster)).toEqual({ "requests.cpu": "600m", pods: "1" });
    expect(messageOf(create(cluster, "b", { requests: { cpu: "500m" } }))).toBe(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(messageOf(create(cluster, "c"))).toBe(
      'pods "c" is forbidden: failed quota: q: must specify requests.cpu for: main',
    );
  });

  it.each([
    ["a pod that ends", { phase: "Succeeded" } as const],
    ["a pod that fails", { phase: "Failed" } as const],
  ])("gives back what %s used", (_, change) => {
    const cluster = withQuota({ pods: "1" });
    create(cluster, "a");
    expect(messageOf(create(cluster, "b"))).toContain("exceeded quota");
    cluster.submit({ verb: "patch", target: cluster.get("Pod", "a"), change });
    cluster.advance(1);
    expect(messageOf(create(cluster, "b"))).toBeNull();
  });

  it("charges a pod that is being deleted until twice its grace period, then at the next full count", () => {
    const cluster = withQuota({ pods: "1" }, {}, { stopAfterMicros: 3_600e6 });
    create(cluster, "a", { terminationGracePeriodSeconds: 30 });
    cluster.advance(5);
    cluster.submit({ verb: "delete", target: cluster.get("Pod", "a") });
    cluster.advance(200);
    expect(used(cluster)).toEqual({ pods: "1" });
    cluster.advance(120);
    expect(used(cluster)).toEqual({ pods: "0" });
  });

  it.each([
    ["Terminating", { activeDeadlineSeconds: 60 }, {}],
    ["NotTerminating", {}, { activeDeadlineSeconds: 60 }],
    ["BestEffort", {}, { requests: { cpu: "1" } }],
    ["NotBestEffort", { requests: { cpu: "1" } }, {}],
    ["PriorityClass", { priorityClassName: "system-node-critical" }, {}],
  ])("of the scope %s counts some pods only", (scope, inside, outside) => {
    const cluster = withQuota({ pods: "1" }, { scopes: [scope] });
    create(cluster, "out-1", outside);
    create(cluster, "out-2", outside);
    create(cluster, "in-1", inside);
    expect(messageOf(create(cluster, "in-2", inside))).toContain("exceeded quota");
    cluster.advance(1);
    expect(used(cluster)).toEqual({ pods: "1" });
  });

  it("lets a Deployment have its pods as there is room, some time after a pod ended", () => {
    const cluster = withQuota({ pods: "2" });
    cluster.apply(deployment("web", { replicas: 4 }));
    cluster.advance(10);
    expect(cluster.all("Pod").length).toBe(2);
    expect(cluster.reasons()).toContain("FailedCreate");
    const target = cluster.get("ResourceQuota", "q");
    cluster.submit({ verb: "patch", target, change: { spec: { hard: { pods: "4" } } } });
    cluster.advance(1_100);
    expect(cluster.all("Pod").length).toBe(4);
  });

  test.prop(
    [
      fc.record({
        limit: fc.integer({ min: 1, max: 6 }),
        replicas: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 3 }),
        watchLagMicros: fc.integer({ min: 0, max: 2_000_000 }),
        latencyMicros: fc.integer({ min: 0, max: 300_000 }),
        stopAfterMicros: fc.integer({ min: 0, max: 5_000_000 }),
      }),
    ],
    { numRuns: 25 },
  )("is never exceeded, and a settled cluster writes no more", (given) => {
    const { limit, replicas, ...options } = given;
    const cluster = withQuota({ pods: `${limit}` }, {}, options);
    cluster.advance(5);
    cluster.store.observe((before, after) => {
      if (before !== null || after?.kind !== "Pod") return;
      const live = cluster
        .all("Pod")
        .filter(({ phase }) => phase !== "Succeeded" && phase !== "Failed");
      expect(live.length).toBeLessThanOrEqual(limit);
    });
    for (const [i, count] of replicas.entries()) {
      cluster.apply(deployment(`d${i}`, { replicas: count }));
    }
    cluster.advance(60);
    const scale = (count: number) => {
      const target = cluster.get("Deployment", "d0");
      const spec = { ...target.spec, replicas: count };
      cluster.submit({ verb: "patch", target, change: { spec } });
    };
    scale(0);
    cluster.advance(60);
    scale(2);
    cluster.advance(3_000);
    expect(used(cluster)).toEqual({ pods: `${cluster.all("Pod").length}` });
  });
});
