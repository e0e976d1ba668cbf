import { expect, it } from "vitest";
import { CONTROLLERS } from "../../src/control/registry.js";
import { deployment, TestCluster } from "./cluster.js";

it("empties a namespace that is deleted, and then lets it go", () => {
  const cluster = new TestCluster().run(CONTROLLERS);
  cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const inShop = deployment("web");
  inShop.metadata.namespace = "shop";
  cluster.apply(inShop);
  cluster.apply(deployment("other", { replicas: 2 }));
  cluster.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  });
  cluster.advance(20);
  expect(cluster.all("EndpointSlice").length).toBe(1);
  const target = cluster.get("Namespace", "shop", "");
  cluster.execute({ verb: "delete", target });
  expect(cluster.get("Namespace", "shop", "").status.phase).toBe("Terminating");
  cluster.advance(0.5);
  const refused = cluster.execute({
    verb: "apply",
    manifest: { ...inShop, metadata: { name: "x", namespace: "shop" } },
  });
  expect(refused.ok).toBe(false);
  expect(cluster.store.table("Namespace").find("", "shop")).toBeDefined();
  cluster.advance(30);
  expect(cluster.store.table("Namespace").find("", "shop")).toBeUndefined();
  for (const kind of ["Deployment", "ReplicaSet", "Pod", "Service", "EndpointSlice"] as const) {
    expect(cluster.all(kind).filter(({ namespace }) => namespace === "shop")).toEqual([]);
  }
  expect(cluster.all("Pod").length).toBe(2);
  const writes = cluster.writes.length;
  cluster.advance(3600);
  expect(cluster.writes.length).toBe(writes);
});
