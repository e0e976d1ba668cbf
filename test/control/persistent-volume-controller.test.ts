import { describe, expect, it } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { ZONE } from "../../src/api/volumes/binding-outcome.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { TestCluster } from "./cluster.js";
import {
  DEFAULT,
  ONLY,
  claim,
  volume,
  storageClass,
  clusterOf,
  bindings,
  said,
} from "./volume-sketches.js";

describe("a claim that is provisioned for", () => {
  const zoned = (name: string, zone: string): Manifest => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { [ZONE]: zone } },
  });
  const zoneOf = (cluster: TestCluster, claimName: string): unknown => {
    const { volumeName = "" } = cluster.get("PersistentVolumeClaim", claimName).spec;
    const { spec } = cluster.get("PersistentVolume", volumeName, "");
    const [term] = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    return term?.matchExpressions?.[0]?.values?.[0];
  };

  it("gets a volume of its class, as large as it asks, and is told", () => {
    const cluster = clusterOf([
      storageClass("fast", { reclaimPolicy: "Retain" }),
      claim("c", { class: "fast", size: "5Gi" }),
    ]);
    const { uid } = cluster.get("PersistentVolumeClaim", "c");
    expect(bindings(cluster)).toEqual([`c → pvc-${uid}`]);
    expect(cluster.get("PersistentVolume", `pvc-${uid}`, "")).toMatchObject({
      annotations: { "pv.kubernetes.io/provisioned-by": "csi.example.com" },
      finalizers: ["kubernetes.io/pv-protection"],
      spec: {
        capacity: { storage: "5Gi" },
        csi: { driver: "csi.example.com" },
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "fast",
      },
      status: { phase: "Bound" },
    });
    expect(said(cluster)).toEqual([
      `ProvisioningSucceeded c: Successfully provisioned volume pvc-${uid}`,
    ]);
  });

  it("of an in-tree provisioner is a disk of that kind, which its limits count", () => {
    const cluster = clusterOf([
      storageClass("pd", { provisioner: "kubernetes.io/gce-pd" }),
      claim("c", { class: "pd" }),
    ]);
    const [made] = cluster.all("PersistentVolume");
    expect(made?.spec).toMatchObject({ gcePersistentDisk: { pdName: made?.name } });
    expect(made?.spec.csi).toBeUndefined();
  });

  it("of a StatefulSet's pods go through the zones in turn, within what the class allows", () => {
    const expression = { key: ZONE, values: ["a", "c", "d"] };
    const cluster = clusterOf([
      ...["a", "b", "c", "d"].map((zone) => zoned(`n-${zone}`, zone)),
      storageClass("fast", { allowedTopologies: [{ matchLabelExpressions: [expression] }] }),
      ...[0, 1, 2, 3].map((at) => claim(`data-web-${at}`, { class: "fast" })),
      ...[0, 1].map((at) => claim(`log-web-${at}`, { class: "fast" })),
    ]);
    const zones = [0, 1, 2, 3].map((at) => zoneOf(cluster, `data-web-${at}`));
    expect([...zones.slice(0, 3)].sort()).toEqual(["a", "c", "d"]);
    expect(zones[3]).toBe(zones[0]);
    // All claims of one pod are in one zone.
    expect([0, 1].map((at) => zoneOf(cluster, `log-web-${at}`))).toEqual(zones.slice(0, 2));
  });

  it("waits for ever if it selects volumes by their labels: no driver can make such ones", () => {
    const selector = { matchLabels: { tier: "a" } };
    const cluster = clusterOf([storageClass("fast"), claim("c", { class: "fast", selector })]);
    expect(said(cluster)).toEqual([
      'ProvisioningFailed c: failed to provision volume with StorageClass "fast": claim Selector is not supported',
    ]);
    expect(cluster.all("PersistentVolume")).toEqual([]);
  });

  it("waits where the class allows no node's place, until one is there", () => {
    const expression = { key: ZONE, values: ["nowhere"] };
    const cluster = clusterOf([
      zoned("n", "a"),
      storageClass("fast", { allowedTopologies: [{ matchLabelExpressions: [expression] }] }),
      claim("c", { class: "fast" }),
    ]);
    expect(bindings(cluster)).toEqual([]);
    expect(said(cluster).join()).toContain("no node is in a topology that the class allows");
    cluster.apply(zoned("m", "nowhere"));
    cluster.advance(20);
    expect(zoneOf(cluster, "c")).toBe("nowhere");
  });

  it("gets one volume, however late the watches are and whoever writes to the claim meanwhile", () => {
    for (const lag of [0, 7, 40, 3_000]) {
      const cluster = new TestCluster({ watchLagMicros: lag * 1000 }).run(ONLY);
      cluster.apply(storageClass("fast"));
      for (const name of ["a", "b", "c"]) cluster.apply(volume(name, { class: "slow" }));
      cluster.advance(10);
      cluster.apply(claim("p", { class: "fast" }));
      cluster.apply(claim("q", { class: "slow" }));
      for (let step = 0; step < 20; step += 1) {
        for (const name of ["p", "q"]) {
          const target = cluster.get("PersistentVolumeClaim", name);
          const labels = { step: `${step}` };
          cluster.execute({ verb: "patch", target, change: { labels } });
        }
        cluster.advance(0.003);
      }
      cluster.advance(120);
      const bound = cluster.all("PersistentVolume").filter(({ spec }) => spec.claimRef);
      expect(bound.map(({ spec }) => spec.claimRef?.name).sort()).toEqual(["p", "q"]);
      expect(bindings(cluster).length).toBe(2);
    }
  });
});

describe("a claim that names no class", () => {
  it("takes a volume without a class before it gets a default class that came later", () => {
    const cluster = new TestCluster();
    cluster.apply(volume("v"));
    cluster.apply(claim("c"));
    cluster.apply(claim("d"));
    cluster.apply(storageClass("late", {}, DEFAULT));
    cluster.run(ONLY).advance(20);
    const { uid } = cluster.get("PersistentVolumeClaim", "d");
    expect(bindings(cluster)).toEqual(["c → v", `d → pvc-${uid}`]);
  });

  it("gets the newest default class when it is created", () => {
    const cluster = clusterOf([storageClass("old", {}, DEFAULT), storageClass("plain")]);
    cluster.apply(storageClass("new", {}, DEFAULT));
    cluster.apply(claim("c"));
    cluster.apply(claim("none", { class: "" }));
    const classOf = (name: string) =>
      cluster.get("PersistentVolumeClaim", name).spec.storageClassName;
    expect([classOf("c"), classOf("none")]).toEqual(["new", ""]);
  });

  it.each([
    [25, undefined],
    [26, "late"],
  ])("in 1.%i gets a default class that comes later: %s", (minor, expected) => {
    const cluster = new TestCluster({ kubernetesMinor: minor }).run(ONLY);
    cluster.apply(claim("c"));
    cluster.advance(5);
    cluster.apply(storageClass("late", {}, DEFAULT));
    cluster.advance(20);
    expect(cluster.get("PersistentVolumeClaim", "c").spec.storageClassName).toBe(expected);
    expect(bindings(cluster).length).toBe(expected === undefined ? 0 : 1);
  });
});

describe("when one of the two goes", () => {
  it.each([
    ["Retain", "Released"],
    ["Delete", "gone"],
    ["Recycle", "Available"],
  ])("the claim, a volume with the policy %s is %s", (policy, expected) => {
    const cluster = clusterOf([volume("v", { policy }), claim("c", { class: "" })], CONTROLLERS);
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolumeClaim", "c") });
    cluster.advance(5);
    expect(cluster.all("PersistentVolumeClaim")).toEqual([]);
    const left = cluster.store.table("PersistentVolume").find("", "v");
    expect(left?.status.phase ?? "gone").toBe(expected);
    cluster.apply(claim("next", { class: "" }));
    cluster.advance(20);
    expect(bindings(cluster)).toEqual(expected === "Available" ? ["next → v"] : []);
  });

  it("the claim, before it was bound, the volume that was made for it is released", () => {
    for (const at of [0, 6, 11, 16, 25]) {
      const cluster = new TestCluster().run(CONTROLLERS);
      cluster.apply(storageClass("fast"));
      cluster.apply(volume("v", { class: "slow" }));
      cluster.advance(1);
      cluster.apply(claim("c", { class: "fast" }));
      cluster.apply(claim("d", { class: "slow" }));
      cluster.advance(at / 1000);
      for (const name of ["c", "d"]) {
        const target = cluster.get("PersistentVolumeClaim", name);
        cluster.execute({ verb: "patch", target, change: { finalizers: [] } });
        cluster.execute({ verb: "delete", target: cluster.get("PersistentVolumeClaim", name) });
      }
      cluster.advance(60);
      const left = cluster.all("PersistentVolume").map(({ status }) => status.phase);
      expect([["Available"], ["Released"]]).toContainEqual(left);
    }
  });

  it("a volume that its admin frees is available again, and one taken back in time is kept", () => {
    const cluster = clusterOf([volume("v"), claim("c", { class: "" })], CONTROLLERS);
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolumeClaim", "c") });
    cluster.advance(5);
    const released = cluster.get("PersistentVolume", "v", "");
    const { claimRef: _, ...spec } = released.spec;
    cluster.execute({ verb: "patch", target: released, change: { spec } });
    cluster.advance(5);
    expect(cluster.get("PersistentVolume", "v", "").status.phase).toBe("Available");

    const quick = clusterOf(
      [volume("v", { policy: "Delete" }), claim("c", { class: "" })],
      CONTROLLERS,
    );
    const bound = quick.get("PersistentVolume", "v", "");
    const lastClaim = quick.get("PersistentVolumeClaim", "c");
    quick.execute({ verb: "patch", target: lastClaim, change: { finalizers: [] } });
    quick.execute({ verb: "delete", target: quick.get("PersistentVolumeClaim", "c") });
    const { claimRef: __, ...free } = bound.spec;
    quick.execute({ verb: "patch", target: bound, change: { spec: free } });
    quick.advance(60);
    expect(quick.get("PersistentVolume", "v", "").status.phase).toBe("Available");
  });

  it.each([
    [
      "by the controller",
      { "pv.kubernetes.io/bound-by-controller": "yes" },
      "Available",
      undefined,
    ],
    ["by a user", {}, "Available", ""],
  ])("a volume reserved %s for a claim that has another is given back", (_, marks, phase, uid) => {
    const cluster = clusterOf([volume("mine"), claim("c", { class: "" }), volume("v")]);
    const bound = cluster.get("PersistentVolumeClaim", "c");
    const late = cluster.get("PersistentVolume", "v", "");
    const claimRef = { namespace: "default", name: "c", uid: bound.uid };
    const change = { annotations: marks, spec: { ...late.spec, claimRef } };
    cluster.execute({ verb: "patch", target: late, change });
    cluster.advance(5);
    const { status, spec } = cluster.get("PersistentVolume", "v", "");
    expect(status.phase).toBe(phase);
    expect(spec.claimRef === undefined ? undefined : (spec.claimRef.uid ?? "")).toBe(uid);
    expect(bindings(cluster)).toEqual(["c → mine"]);
  });

  it("a lost claim is bound to a volume of that name that comes later", () => {
    const cluster = clusterOf([volume("v"), claim("c", { class: "" })]);
    const target = cluster.get("PersistentVolume", "v", "");
    cluster.execute({ verb: "patch", target, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolume", "v", "") });
    cluster.advance(1);
    expect(cluster.get("PersistentVolumeClaim", "c").status.phase).toBe("Lost");
    cluster.apply(volume("v"));
    cluster.advance(1);
    expect(bindings(cluster)).toEqual(["c → v"]);
    expect(cluster.get("PersistentVolume", "v", "").spec.claimRef?.name).toBe("c");
  });

  it("the volume, the claim is lost; not where a dump had none from the start", () => {
    const cluster = clusterOf([volume("v"), claim("c", { class: "" })]);
    const target = cluster.get("PersistentVolume", "v", "");
    cluster.execute({ verb: "patch", target, change: { finalizers: [] } });
    cluster.execute({ verb: "delete", target: cluster.get("PersistentVolume", "v", "") });
    cluster.advance(1);
    expect(cluster.get("PersistentVolumeClaim", "c").status.phase).toBe("Lost");
    expect(cluster.reasons()).toEqual(["ClaimLost"]);

    const dumped = new TestCluster();
    const { row: _, resourceVersion: __, ...object } = cluster.get("PersistentVolumeClaim", "c");
    dumped.server.load({ ...object, status: { phase: "Bound" } });
    dumped.run(CONTROLLERS).advance(3600);
    expect(dumped.writes).toEqual([]);
    expect(dumped.get("PersistentVolumeClaim", "c").status.phase).toBe("Bound");
  });
});
