import { describe, expect, it } from "vitest";
import { controllerOf } from "../../src/api/object-version.js";
import { only, podTemplate, replicaSet, TestCluster } from "./cluster.js";

const controllers = only("replicationcontroller-controller", "replicaset-controller");

function replicationController(name: string, replicas: number, app = name, rest: object = {}) {
  return {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name, namespace: "default" },
    spec: { replicas, selector: { app }, template: podTemplate({ app }), ...rest },
  };
}

function strayPod(name: string, app: string) {
  const { metadata, spec } = podTemplate({ app });
  return { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec };
}

const started = (...manifests: Parameters<TestCluster["apply"]>[0][]) => {
  const cluster = new TestCluster().run(controllers);
  for (const manifest of manifests) cluster.apply(manifest);
  return cluster.advance(30);
};

/** How many pods each controller has, by its kind and name. */
function podsByOwner(cluster: TestCluster): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const pod of cluster.all("Pod")) {
    const owner = controllerOf(pod);
    const key = owner === undefined ? "nobody" : `${owner.kind}/${owner.name}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe("a ReplicationController", () => {
  it("creates its pods, tells of them and is quiet", () => {
    const cluster = started(replicationController("db", 3));
    expect(podsByOwner(cluster)).toEqual({ "ReplicationController/db": 3 });
    expect(controllerOf(cluster.all("Pod")[0]!)).toMatchObject({ apiVersion: "v1" });
    expect(cluster.all("Pod").every(({ name }) => name.startsWith("db-"))).toBe(true);
    expect(cluster.get("ReplicationController", "db").status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    });
    expect(cluster.reasons()).toEqual(Array(3).fill("SuccessfulCreate"));
    const writes = cluster.writes.length;
    expect(cluster.advance(3600).writes.length).toBe(writes);
  });

  it("takes its selector from the labels of its template if it says none", () => {
    const { spec, ...rest } = replicationController("db", 2);
    const cluster = started({ ...rest, spec: { replicas: 2, template: spec.template } });
    expect(cluster.get("ReplicationController", "db").spec.selector).toEqual({ app: "db" });
    expect(podsByOwner(cluster)).toEqual({ "ReplicationController/db": 2 });
  });

  it.each([
    ["adopts a pod that matches and has no controller", "db", { "ReplicationController/db": 2 }],
    ["leaves another pod alone", "web", { "ReplicationController/db": 2, nobody: 1 }],
  ])("%s", (_what, app, expected) => {
    expect(podsByOwner(started(strayPod("a", app), replicationController("db", 2)))).toEqual(
      expected,
    );
  });

  it("lets go of a pod whose labels change, and makes another", () => {
    const cluster = started(replicationController("db", 2));
    const target = cluster.all("Pod")[0]!;
    cluster.execute({ verb: "patch", target, change: { labels: { app: "apart" } } });
    expect(podsByOwner(cluster.advance(30))).toEqual({ "ReplicationController/db": 2, nobody: 1 });
  });

  it("keeps to its own pods beside others with the same selector", () => {
    const cluster = started(
      replicationController("a", 3, "db"),
      replicationController("b", 2, "db"),
      replicaSet("db", 4),
    );
    const expected = {
      "ReplicationController/a": 3,
      "ReplicationController/b": 2,
      "ReplicaSet/db": 4,
    };
    expect(podsByOwner(cluster)).toEqual(expected);
    cluster.apply(strayPod("stray", "db"));
    cluster.advance(30);
    // One of the three adopts it, and has one too many then.
    expect(podsByOwner(cluster)).toEqual(expected);
  });

  it("scales down, reports what it could not create, and recovers", () => {
    const spec = replicationController("db", 5);
    const cluster = started(spec);
    cluster.apply({ ...spec, spec: { ...spec.spec, replicas: 2 } });
    expect(podsByOwner(cluster.advance(30))).toEqual({ "ReplicationController/db": 2 });
    const template = {
      ...spec.spec.template,
      spec: { ...spec.spec.template.spec, priorityClassName: "nowhere" },
    };
    cluster.apply({ ...spec, spec: { ...spec.spec, replicas: 3, template } });
    cluster.advance(30);
    expect(cluster.get("ReplicationController", "db").status.conditions?.[0]).toMatchObject({
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
    });
    cluster.apply({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "nowhere" },
      value: 5,
    });
    cluster.advance(200);
    expect(cluster.get("ReplicationController", "db").status.conditions).toBeUndefined();
    expect(podsByOwner(cluster)).toEqual({ "ReplicationController/db": 3 });
  });

  it("counts pods as available once they were ready for minReadySeconds", () => {
    const cluster = started(replicationController("db", 2, "db", { minReadySeconds: 40 }));
    const available = () => cluster.get("ReplicationController", "db").status.availableReplicas;
    expect(available()).toBeUndefined();
    cluster.advance(30);
    expect(available()).toBe(2);
  });
});
