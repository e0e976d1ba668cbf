import { describe, expect, it } from "vitest";
import { CONTROLLERS } from "../../src/control/registry.js";
import type { PropagationPolicy } from "../../src/store/request.js";
import { deployment, podTemplate, replicaSet, TestCluster } from "./cluster.js";

function settled(): TestCluster {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply(deployment("web"));
  return cluster.advance(20);
}

function remove(cluster: TestCluster, propagationPolicy: PropagationPolicy): void {
  const target = cluster.get("Deployment", "web");
  expect(cluster.execute({ verb: "delete", target, propagationPolicy }).ok).toBe(true);
}

function countsOf(cluster: TestCluster): number[] {
  const kinds = ["Deployment", "ReplicaSet", "Pod"] as const;
  return kinds.map((kind) => cluster.all(kind).length);
}

describe("deleting a Deployment", () => {
  it("in the background takes it at once and what it owns after it", () => {
    const cluster = settled();
    remove(cluster, "Background");
    expect(countsOf(cluster)).toEqual([0, 1, 3]);
    cluster.advance(0.1);
    expect(countsOf(cluster)).toEqual([0, 0, 3]);
    cluster.advance(10);
    expect(countsOf(cluster)).toEqual([0, 0, 0]);
  });

  it("in the foreground keeps it until its pods are gone", () => {
    const cluster = settled();
    remove(cluster, "Foreground");
    const seen: string[] = [];
    cluster.store.observe((before, after) => {
      if (after === null) seen.push(before!.kind);
    });
    cluster.advance(0.5);
    expect(countsOf(cluster)).toEqual([1, 1, 3]);
    cluster.advance(10);
    expect(countsOf(cluster)).toEqual([0, 0, 0]);
    expect(seen).toEqual(["Pod", "Pod", "Pod", "ReplicaSet", "Deployment"]);
  });

  it("as orphan leaves the ReplicaSet and its pods, which go on", () => {
    const cluster = settled();
    remove(cluster, "Orphan");
    cluster.advance(10);
    expect(countsOf(cluster)).toEqual([0, 1, 3]);
    expect(cluster.all("ReplicaSet")[0]!.ownerReferences).toEqual([]);
    expect(cluster.all("Pod").every((pod) => pod.deletionTimeMicros === null)).toBe(true);
  });

  it("and making it again adopts what was orphaned", () => {
    const cluster = settled();
    remove(cluster, "Orphan");
    cluster.advance(10);
    const pods = cluster.all("Pod").map(({ name }) => name);
    cluster.apply(deployment("web"));
    cluster.advance(10);
    const owner = cluster.get("Deployment", "web");
    expect(cluster.all("ReplicaSet")[0]!.ownerReferences[0]!.uid).toBe(owner.uid);
    expect(cluster.all("Pod").map(({ name }) => name)).toEqual(pods);
    expect(owner.status.availableReplicas).toBe(3);
  });
});

describe("an owner that was never seen", () => {
  it.each([
    ["of a kind that is not kept", "example.com/v1", "Widget"],
    ["that a dump left out", "apps/v1", "DaemonSet"],
  ])("%s is no reason to delete", (_, apiVersion, kind) => {
    const cluster = new TestCluster().run(CONTROLLERS);
    cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      ...podTemplate({ app: "x" }),
      metadata: {
        name: "lonely",
        namespace: "default",
        ownerReferences: [{ apiVersion, kind, name: "gone", uid: "never-seen", controller: true }],
      },
    });
    cluster.advance(600);
    expect(cluster.get("Pod", "lonely").deletionTimeMicros).toBeNull();
  });
});

it("takes off references to owners that are gone while another is left", () => {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply(replicaSet("a", 0));
  cluster.apply(replicaSet("b", 0));
  const [a, b] = [cluster.get("ReplicaSet", "a"), cluster.get("ReplicaSet", "b")];
  cluster.apply({
    apiVersion: "v1",
    kind: "Pod",
    ...podTemplate({ app: "x" }),
    metadata: {
      name: "shared",
      namespace: "default",
      ownerReferences: [a, b].map(({ name, uid }) => ({
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        name,
        uid,
      })),
    },
  });
  cluster.advance(5);
  cluster.execute({ verb: "delete", target: a });
  cluster.advance(5);
  expect(cluster.get("Pod", "shared").ownerReferences.map(({ name }) => name)).toEqual(["b"]);
  cluster.execute({ verb: "delete", target: b });
  cluster.advance(5);
  expect(cluster.all("Pod")).toEqual([]);
});
