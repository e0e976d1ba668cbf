import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { clusterOf } from "./volume-sketches.js";

const devices = { requests: [{ name: "gpu", exactly: { deviceClassName: "gpu" } }] };
const containers = [{ name: "main", image: "i", resources: { claims: [{ name: "gpu" }] } }];
const template: Manifest = {
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaimTemplate",
  metadata: { name: "gpu", namespace: "default" },
  spec: {
    metadata: { labels: { of: "gpu" } },
    spec: { devices },
  },
};
const pod: Manifest = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: {
    containers,
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

  it.each([
    { what: "that ended soon", ranSeconds: 60 },
    { what: "that ran for hours", ranSeconds: 7200 },
  ])("comes to rest: the claim of one $what is not made again and again", ({ ranSeconds }) => {
    const cluster = clusterOf([template, pod], CONTROLLERS);
    cluster.advance(ranSeconds);
    cluster.execute({
      verb: "patch",
      target: cluster.get("Pod", "p"),
      change: { phase: "Succeeded" },
    });
    cluster.advance(60);
    expect(cluster.all("ResourceClaim")).toEqual([]);
    const before = cluster.store.kindRevision("ResourceClaim");
    cluster.advance(600);
    expect(cluster.store.kindRevision("ResourceClaim")).toBe(before);
  });

  it("gets it anew if somebody deletes it while it may run", () => {
    const cluster = clusterOf([template, pod], CONTROLLERS);
    cluster.advance(5);
    const [claim] = cluster.all("ResourceClaim");
    cluster.execute({ verb: "delete", target: claim! });
    cluster.advance(5);
    const [anew] = cluster.all("ResourceClaim");
    expect(anew?.name).not.toBe(claim!.name);
    expect(cluster.get("Pod", "p").status.resourceClaimStatuses).toEqual([
      { name: "gpu", resourceClaimName: anew?.name },
    ]);
  });

  it("does not share a claim any more once it has ended", () => {
    const shared: Manifest = {
      apiVersion: "resource.k8s.io/v1",
      kind: "ResourceClaim",
      metadata: { name: "shared", namespace: "default" },
      spec: { devices },
    };
    const user = (name: string): Manifest => ({
      ...pod,
      metadata: { name, namespace: "default" },
      spec: {
        containers,
        nodeName: "n",
        resourceClaims: [{ name: "gpu", resourceClaimName: "shared" }],
      },
    });
    const cluster = clusterOf([shared, user("a"), user("b")], CONTROLLERS);
    const result = { request: "gpu", driver: "d", pool: "n", device: "gpu-0" };
    const status = { allocation: { devices: { results: [result] } } };
    cluster.execute({
      verb: "patch",
      target: cluster.get("ResourceClaim", "shared"),
      change: { status },
    });
    cluster.advance(5);
    const users = () =>
      cluster
        .get("ResourceClaim", "shared")
        .status?.reservedFor?.map(({ name }) => name)
        .sort();
    expect(users()).toEqual(["a", "b"]);
    cluster.execute({
      verb: "patch",
      target: cluster.get("Pod", "a"),
      change: { phase: "Succeeded" },
    });
    cluster.advance(5);
    expect(users()).toEqual(["b"]);
    const before = cluster.store.kindRevision("ResourceClaim");
    cluster.advance(20);
    expect(cluster.store.kindRevision("ResourceClaim")).toBe(before);
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
