import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { clusterOf } from "./volume-sketches.js";

const template: Manifest = {
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaimTemplate",
  metadata: { name: "gpu", namespace: "default" },
  spec: {
    metadata: { labels: { of: "gpu" } },
    spec: { devices: { requests: [{ name: "gpu", exactly: { deviceClassName: "gpu" } }] } },
  },
};
const pod: Manifest = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: {
    containers: [{ name: "main", image: "i", resources: { claims: [{ name: "gpu" }] } }],
    resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "gpu" }],
  },
};

describe("a pod that names a template of claims", () => {
  it("gets a claim of its own, is told its name, and takes it along", () => {
    const cluster = clusterOf([template, pod], CONTROLLERS);
    cluster.advance(5);
    const [claim] = cluster.all("ResourceClaim");
    const owner = cluster.get("Pod", "p");
    expect(claim).toMatchObject({
      labels: { of: "gpu" },
      annotations: { "resource.kubernetes.io/pod-claim-name": "gpu" },
      ownerReferences: [{ kind: "Pod", uid: owner.uid, controller: true }],
    });
    expect(owner.status.resourceClaimStatuses).toEqual([
      { name: "gpu", resourceClaimName: claim!.name },
    ]);
    cluster.execute({ verb: "delete", target: owner });
    cluster.advance(60);
    expect(cluster.all("ResourceClaim")).toEqual([]);
  });

  it("frees its devices when it has ended", () => {
    const cluster = clusterOf([template, pod], CONTROLLERS);
    cluster.advance(5);
    const [claim] = cluster.all("ResourceClaim");
    const owner = cluster.get("Pod", "p");
    const result = { request: "gpu", driver: "d", pool: "n", device: "gpu-0" };
    const status = {
      allocation: { devices: { results: [result] } },
      reservedFor: [{ resource: "pods", name: "p", uid: owner.uid }],
    };
    const finalizers = ["resource.kubernetes.io/delete-protection"];
    cluster.execute({ verb: "patch", target: claim!, change: { status, finalizers } });
    cluster.execute({ verb: "patch", target: owner, change: { phase: "Succeeded" } });
    cluster.advance(60);
    expect(cluster.all("ResourceClaim")).toEqual([]);
  });

  it("waits for the template", () => {
    const cluster = clusterOf([pod], CONTROLLERS);
    cluster.advance(5);
    expect(cluster.all("ResourceClaim")).toEqual([]);
    cluster.apply(template);
    cluster.advance(5);
    expect(cluster.all("ResourceClaim")).toHaveLength(1);
  });
});
