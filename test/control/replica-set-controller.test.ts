import { describe, expect, it } from "vitest";
import { ReplicaSetController } from "../../src/control/replicaset/replica-set-controller.js";
import { replicaSet, TestCluster } from "./cluster.js";

const controllers = { replicaset: ReplicaSetController };

describe("a ReplicaSet", () => {
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
      observedGeneration: 1,
    });
    expect(cluster.reasons()).toEqual(["SuccessfulCreate", "SuccessfulCreate", "SuccessfulCreate"]);
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });
});
