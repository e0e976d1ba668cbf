import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import type { TestCluster } from "./cluster.js";
import { claim, volume, clusterOf } from "./volume-sketches.js";

describe("what is in use", () => {
  const user = (name: string): Manifest => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      containers: [{ name: "main", image: "i" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName: "c" } }],
    },
  });
  const remove = (
    cluster: TestCluster,
    kind: "Pod" | "PersistentVolume" | "PersistentVolumeClaim",
    name: string,
  ) =>
    cluster.execute({
      verb: "delete",
      target: { kind, namespace: kind === "PersistentVolume" ? "" : "default", name },
    });

  it("is deleted once nobody uses it: the claim after its pods, the volume after its claim", () => {
    const cluster = clusterOf(
      [volume("v"), claim("c", { class: "" }), user("p"), user("q")],
      CONTROLLERS,
    );
    cluster.advance(5);
    remove(cluster, "PersistentVolume", "v");
    remove(cluster, "PersistentVolumeClaim", "c");
    remove(cluster, "Pod", "p");
    cluster.advance(60);
    expect(cluster.all("Pod").map(({ name }) => name)).toEqual(["q"]);
    expect(cluster.get("PersistentVolumeClaim", "c").deletionTimeMicros).not.toBeNull();
    expect(cluster.get("PersistentVolume", "v", "").status.phase).toBe("Bound");
    remove(cluster, "Pod", "q");
    cluster.advance(60);
    expect(cluster.all("PersistentVolumeClaim")).toEqual([]);
    expect(cluster.all("PersistentVolume")).toEqual([]);
  });
});
