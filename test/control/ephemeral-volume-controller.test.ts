import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { isFullyBound } from "../../src/api/volumes/claims.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { claim, storageClass, clusterOf } from "./volume-sketches.js";

describe("a generic ephemeral volume", () => {
  const template = {
    metadata: { labels: { of: "scratch" } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "fast",
      resources: { requests: { storage: "1Gi" } },
    },
  };
  const pod: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "default" },
    spec: {
      containers: [{ name: "main", image: "i" }],
      volumes: [
        { name: "scratch", ephemeral: { volumeClaimTemplate: template } },
        { name: "config", configMap: { name: "x" } },
      ],
    },
  };

  it("has a claim of its own, which goes with the pod and comes again while it lives", () => {
    const cluster = clusterOf([storageClass("fast"), pod], CONTROLLERS);
    const made = cluster.get("PersistentVolumeClaim", "p-scratch");
    const owner = cluster.get("Pod", "p");
    expect(made.labels).toEqual({ of: "scratch" });
    expect(made.ownerReferences).toMatchObject([{ kind: "Pod", uid: owner.uid, controller: true }]);
    expect(isFullyBound(made)).toBe(true);
    cluster.execute({ verb: "patch", target: made, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target: made });
    cluster.advance(5);
    expect(cluster.get("PersistentVolumeClaim", "p-scratch").uid).not.toBe(made.uid);
    cluster.execute({ verb: "delete", target: cluster.get("Pod", "p") });
    cluster.advance(60);
    expect(cluster.all("PersistentVolumeClaim")).toEqual([]);
    expect(cluster.all("PersistentVolume")).toEqual([]);
  });

  it("does not keep its pod from going, whatever the order in which the two are deleted", () => {
    const cluster = clusterOf([storageClass("fast"), pod], CONTROLLERS);
    cluster.advance(5);
    const target = cluster.get("Pod", "p");
    cluster.execute({ verb: "delete", target, propagationPolicy: "Foreground" });
    cluster.advance(60);
    expect(cluster.all("Pod")).toEqual([]);
    expect(cluster.all("PersistentVolumeClaim")).toEqual([]);
  });

  it("gets its claim when a foreign one of that name has gone", () => {
    const cluster = clusterOf(
      [storageClass("fast"), claim("p-scratch", { class: "fast" }), pod],
      CONTROLLERS,
    );
    cluster.advance(60);
    const foreign = cluster.get("PersistentVolumeClaim", "p-scratch");
    cluster.execute({ verb: "patch", target: foreign, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolumeClaim", "p-scratch") });
    cluster.advance(5);
    const { uid } = cluster.get("Pod", "p");
    expect(cluster.get("PersistentVolumeClaim", "p-scratch").ownerReferences[0]?.uid).toBe(uid);
  });

  it("after one whose claim is somebody else's waits with it, and both are tried again", () => {
    const volumes = ["scratch", "cache"].map((name) => {
      return { name, ephemeral: { volumeClaimTemplate: template } };
    });
    const both = { ...pod, spec: { ...(pod.spec as object), volumes } };
    const cluster = clusterOf(
      [storageClass("fast"), claim("p-scratch", { class: "fast" }), both],
      CONTROLLERS,
    );
    cluster.advance(60);
    const names = () => cluster.all("PersistentVolumeClaim").map(({ name }) => name);
    expect(names()).toEqual(["p-scratch"]);
    const told = cluster.events.filter(({ object }) => object === "p");
    expect(told.length).toBeGreaterThan(5);
    expect(told[0]).toMatchObject({
      reason: "FailedBinding",
      message:
        "ephemeral volume scratch: PVC default/p-scratch was not created for pod default/p (pod is not owner)",
    });
    const foreign = cluster.get("PersistentVolumeClaim", "p-scratch");
    cluster.execute({ verb: "patch", target: foreign, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolumeClaim", "p-scratch") });
    cluster.advance(5);
    expect(names().sort()).toEqual(["p-cache", "p-scratch"]);
  });

  it("is not taken from somebody who has a claim of that name", () => {
    const cluster = clusterOf(
      [storageClass("fast"), claim("p-scratch", { class: "fast" }), pod],
      CONTROLLERS,
    );
    cluster.advance(60);
    expect(
      cluster.all("PersistentVolumeClaim").map(({ ownerReferences }) => ownerReferences),
    ).toEqual([[]]);
  });
});
