import { describe, expect, it } from "vitest";
import { isPodReady, type PodVersion } from "../../src/api/pod-version.js";

import { only, replicaSet, TestCluster } from "./cluster.js";

const controllers = only("replicaset-controller");

function scaled(cluster: TestCluster, replicas: number): void {
  const target = cluster.get("ReplicaSet", "web");
  const change = { spec: { ...target.spec, replicas } };
  expect(cluster.execute({ verb: "patch", target, change }).ok).toBe(true);
}

describe("a ReplicaSet", () => {
  it.each([
    [15, [1, 2, 4, 8]],
    [6, [1, 2, 3]],
    [1, [1]],
  ])("creates %i pods in batches of %j", (replicas, batches) => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(replicaSet("web", replicas));
    cluster.advance(10);
    const counts = new Map<number, number>();
    for (const { reason, timeMicros } of cluster.events) {
      if (reason !== "SuccessfulCreate") continue;
      counts.set(timeMicros, (counts.get(timeMicros) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual(batches);
  });

  it("creates its pods, reports them, and then is quiet", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(replicaSet("web", 3));
    cluster.advance(10);
    const pods = cluster.all("Pod");
    expect(pods.map((pod) => pod.generateName)).toEqual(["web-", "web-", "web-"]);
    expect(new Set(pods.map((pod) => pod.spec)).size).toBe(1);
    expect(new Set(pods.map((pod) => pod.labels)).size).toBe(1);
    expect(cluster.get("ReplicaSet", "web").status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    expect(cluster.reasons()).toEqual(["SuccessfulCreate", "SuccessfulCreate", "SuccessfulCreate"]);
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });

  it.each([0, 1, 100, 5_000])("creates no pod too many when watches lag by %i ms", (millis) => {
    const cluster = new TestCluster({ watchLagMicros: millis * 1000 }).run(controllers);
    cluster.apply(replicaSet("web", 40));
    cluster.advance(60);
    scaled(cluster, 55);
    cluster.advance(60);
    scaled(cluster, 20);
    cluster.advance(60);
    const creates = cluster.writes.filter(({ verb }) => verb === "create").length;
    const deletes = cluster.writes.filter(({ verb }) => verb === "delete").length;
    expect([creates, deletes]).toEqual([55, 35]);
    expect(cluster.get("ReplicaSet", "web").status.availableReplicas).toBe(20);
  });

  it("creates at most 500 pods in one sync, and goes on", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(replicaSet("web", 1200));
    cluster.advance(60);
    expect(cluster.get("ReplicaSet", "web").status.availableReplicas).toBe(1200);
    expect(cluster.writes.filter(({ verb }) => verb === "create").length).toBe(1200);
  });

  it("deletes pods that are not ready first", () => {
    const failing = (pod: PodVersion) => (pod.row % 2 === 0 ? null : 1_000_000);
    const cluster = new TestCluster({ readyAfter: failing }).run(controllers);
    cluster.apply(replicaSet("web", 10));
    cluster.advance(20);
    scaled(cluster, 5);
    cluster.advance(20);
    expect(cluster.all("Pod").filter(isPodReady).length).toBe(5);
  });

  it("replaces pods that failed and pods that are being deleted", () => {
    const cluster = new TestCluster({ stopAfterMicros: 600_000_000 }).run(controllers);
    cluster.apply(replicaSet("web", 3));
    cluster.advance(20);
    const [a, b] = cluster.all("Pod");
    cluster.execute({ verb: "patch", target: a!, change: { phase: "Failed" } });
    cluster.execute({ verb: "delete", target: b! });
    cluster.advance(20);
    expect(cluster.all("Pod").length).toBe(5);
    expect(cluster.get("ReplicaSet", "web").status.availableReplicas).toBe(3);
  });

  it("counts pods as available once they were ready for minReadySeconds", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(replicaSet("web", 2, { minReadySeconds: 30 }));
    cluster.advance(30);
    expect(cluster.get("ReplicaSet", "web").status).toMatchObject({ readyReplicas: 2 });
    expect(cluster.get("ReplicaSet", "web").status.availableReplicas).toBeUndefined();
    cluster.advance(5);
    expect(cluster.get("ReplicaSet", "web").status.availableReplicas).toBe(2);
  });

  it("tries a few creations only while each is refused, ever more slowly", () => {
    const cluster = new TestCluster().run(controllers);
    const set = replicaSet("web", 100);
    const spec = set.spec as { template: { spec: object } };
    spec.template.spec = { ...spec.template.spec, priorityClassName: "nowhere" };
    cluster.apply(set);
    cluster.advance(60);
    const creates = cluster.writes.filter(({ verb }) => verb === "create").length;
    expect(creates).toBeGreaterThan(5);
    expect(creates).toBeLessThan(20);
    const { conditions } = cluster.get("ReplicaSet", "web").status;
    expect(conditions?.[0]).toMatchObject({ type: "ReplicaFailure", reason: "FailedCreate" });
    const priorityClass = {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "nowhere" },
      value: 5,
    };
    cluster.apply(priorityClass);
    cluster.advance(200);
    expect(cluster.all("Pod").length).toBe(100);
    expect(cluster.get("ReplicaSet", "web").status.conditions).toBeUndefined();
  });

  it("writes its status although the set changed in the meantime", () => {
    const cluster = new TestCluster({ latencyMicros: 200_000 }).run(controllers);
    cluster.apply(replicaSet("web", 1));
    for (let i = 0; i < 40; i++) {
      cluster.advance(0.05);
      const target = cluster.get("ReplicaSet", "web");
      const annotations = { ...target.annotations, touched: String(i) };
      cluster.execute({ verb: "patch", target, change: { annotations } });
    }
    cluster.advance(5);
    expect(cluster.writes.some(({ verb }) => verb === "patch")).toBe(true);
    expect(cluster.get("ReplicaSet", "web").status).toMatchObject({ availableReplicas: 1 });
    expect(cluster.get("ReplicaSet", "web").annotations.touched).toBe("39");
  });

  it("runs the same twice with one seed", () => {
    const digests = [1, 1, 2].map((seed) => {
      const cluster = new TestCluster({ seed }).run(controllers);
      cluster.apply(replicaSet("web", 20));
      cluster.advance(10);
      scaled(cluster, 7);
      return cluster.advance(10).engine.digest.hex();
    });
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });
});
