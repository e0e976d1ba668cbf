import { describe, expect, it } from "vitest";
import { DeploymentController } from "../../src/control/deployment/deployment-controller.js";
import { ReplicaSetController } from "../../src/control/replicaset/replica-set-controller.js";
import { deployment, TestCluster } from "./cluster.js";

const controllers = { replicaset: ReplicaSetController, deployment: DeploymentController };

describe("a Deployment", () => {
  it("creates a ReplicaSet and becomes available", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(deployment("web"));
    cluster.advance(20);
    const status = cluster.get("Deployment", "web").status;
    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(status.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ["Available", "True", "MinimumReplicasAvailable"],
      ["Progressing", "True", "NewReplicaSetAvailable"],
    ]);
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(cluster.writes.length).toBe(writes);
  });

  it("rolls", () => {
    const cluster = new TestCluster().run(controllers);
    cluster.apply(deployment("web"));
    cluster.advance(20);
    cluster.apply(deployment("web", { image: "web:2" }));
    cluster.advance(60);
    console.log(cluster.events.map((e) => `${e.reason} ${e.message}`));
    console.log(cluster.get("Deployment", "web"), cluster.all("ReplicaSet"));
    console.log(cluster.writes.length);
  });
});
