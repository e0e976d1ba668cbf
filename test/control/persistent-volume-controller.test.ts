import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { parseBytes } from "../../src/api/quantity.js";
import { ZONE } from "../../src/api/volumes/binding-outcome.js";
import { BOUND_BY_CONTROLLER, type Claim, isFullyBound } from "../../src/api/volumes/claims.js";
import type { Controller, ControllerOptions } from "../../src/control/controller.js";
import { PersistentVolumeController } from "../../src/control/persistentvolume/persistent-volume-controller.js";
import { CONTROLLERS } from "../../src/control/registry.js";
import { TestCluster } from "./cluster.js";

const DEFAULT = { "storageclass.kubernetes.io/is-default-class": "true" };
const ONLY = { "persistentvolume-binder-controller": PersistentVolumeController };

interface ClaimSketch {
  readonly class?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly volumeName?: string;
  readonly selector?: object;
  readonly mode?: string;
}

function claim(name: string, sketch: ClaimSketch = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: {
      accessModes: sketch.modes ?? ["ReadWriteOnce"],
      resources: { requests: { storage: sketch.size ?? "1Gi" } },
      ...(sketch.class === undefined ? {} : { storageClassName: sketch.class }),
      ...(sketch.volumeName === undefined ? {} : { volumeName: sketch.volumeName }),
      ...(sketch.selector === undefined ? {} : { selector: sketch.selector }),
      ...(sketch.mode === undefined ? {} : { volumeMode: sketch.mode }),
    },
  };
}

interface VolumeSketch {
  readonly class?: string;
  readonly size?: string;
  readonly modes?: readonly string[];
  readonly claimRef?: object;
  readonly policy?: string;
  readonly labels?: Record<string, string>;
}

function volume(name: string, sketch: VolumeSketch = {}): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, labels: sketch.labels ?? {} },
    spec: {
      accessModes: sketch.modes ?? ["ReadWriteOnce"],
      capacity: { storage: sketch.size ?? "1Gi" },
      storageClassName: sketch.class ?? "",
      persistentVolumeReclaimPolicy: sketch.policy ?? "Retain",
      nfs: { server: "s", path: "/" },
      ...(sketch.claimRef === undefined ? {} : { claimRef: sketch.claimRef }),
    },
  };
}

function storageClass(name: string, body: object = {}, annotations = {}): Manifest {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations },
    provisioner: "csi.example.com",
    volumeBindingMode: "Immediate",
    ...body,
  };
}

function clusterOf(manifests: readonly Manifest[], controllers: typeof CONTROLLERS = ONLY) {
  const cluster = new TestCluster().run(controllers);
  for (const manifest of manifests) cluster.apply(manifest);
  return cluster.advance(1);
}

/** `claim → volume`, for the claims that are bound. */
const bindings = (cluster: TestCluster): readonly string[] =>
  cluster
    .all("PersistentVolumeClaim")
    .filter((one) => isFullyBound(one) && one.status?.phase === "Bound")
    .map((one) => `${one.name} → ${one.spec.volumeName}`);

const said = (cluster: TestCluster): readonly string[] =>
  cluster.events.map(({ reason, object, message }) => `${reason} ${object}: ${message}`);

describe("a claim that is bound without regard to nodes", () => {
  interface Case {
    readonly what: string;
    readonly given: readonly Manifest[];
    readonly bound: readonly string[];
    readonly says?: readonly string[];
  }
  const inDefault = (name: string) => ({ namespace: "default", name });
  const CASES: readonly Case[] = [
    {
      what: "gets the smallest volume that is large enough",
      given: [
        volume("l", { size: "9Gi" }),
        volume("m", { size: "3Gi" }),
        volume("s"),
        claim("c", { class: "", size: "2Gi" }),
      ],
      bound: ["c → m"],
    },
    {
      what: "gets one with few access modes before a smaller one with more",
      given: [
        volume("more", { size: "2Gi", modes: ["ReadWriteOnce", "ReadOnlyMany"] }),
        volume("few", { size: "8Gi" }),
        claim("c", { class: "" }),
      ],
      bound: ["c → few"],
    },
    {
      what: "gets none that lacks one of its access modes, and is told",
      given: [volume("v"), claim("c", { class: "", modes: ["ReadWriteMany"] })],
      bound: [],
      says: [
        "FailedBinding c: no persistent volumes available for this claim and no storage class is set",
      ],
    },
    {
      what: "gets one of its class and labels only",
      given: [
        volume("other", { class: "slow", labels: { tier: "a" } }),
        volume("wrong", { class: "fast", labels: { tier: "b" } }),
        volume("right", { class: "fast", size: "5Gi", labels: { tier: "a" } }),
        claim("c", { class: "fast", selector: { matchLabels: { tier: "a" } } }),
      ],
      bound: ["c → right"],
    },
    {
      what: "gets the volume that is reserved for it, though a smaller one is free",
      given: [
        volume("free"),
        volume("mine", { size: "7Gi", claimRef: inDefault("c") }),
        claim("c", { class: "" }),
      ],
      bound: ["c → mine"],
    },
    {
      what: "gets none that is reserved for another",
      given: [volume("v", { claimRef: inDefault("other") }), claim("c", { class: "" })],
      bound: [],
      says: [
        "FailedBinding c: no persistent volumes available for this claim and no storage class is set",
      ],
    },
    {
      what: "gets the volume that it names",
      given: [
        volume("small"),
        volume("named", { size: "7Gi" }),
        claim("c", { class: "", volumeName: "named" }),
      ],
      bound: ["c → named"],
    },
    {
      what: "that names a volume that is too small waits",
      given: [volume("v"), claim("c", { class: "", size: "2Gi", volumeName: "v" })],
      bound: [],
      says: ['VolumeMismatch c: Cannot bind to requested volume "v": requested PV is too small'],
    },
    {
      what: "that names a volume of another class waits",
      given: [volume("v", { class: "x" }), claim("c", { class: "", volumeName: "v" })],
      bound: [],
      says: [
        'VolumeMismatch c: Cannot bind to requested volume "v": storageClassName does not match',
      ],
    },
    {
      what: "that names another's volume waits",
      given: [
        volume("v", { claimRef: inDefault("first") }),
        claim("c", { class: "", volumeName: "v" }),
      ],
      bound: [],
      says: ['FailedBinding c: volume "v" already bound to a different claim.'],
    },
    {
      what: "of a class that nobody has made may still take a volume of that name",
      given: [
        volume("v", { class: "manual" }),
        claim("c", { class: "manual" }),
        claim("d", { class: "manual" }),
      ],
      bound: ["c → v"],
      says: ['ProvisioningFailed d: storageclass.storage.k8s.io "manual" not found'],
    },
    {
      what: "of a class without a provisioner waits for a volume",
      given: [
        storageClass("local", { provisioner: "kubernetes.io/no-provisioner" }),
        claim("c", { class: "local" }),
      ],
      bound: [],
      says: ["ProvisioningFailed c: no volume plugin matched name: kubernetes.io/no-provisioner"],
    },
    {
      what: "of a class that waits for the first consumer is left to the scheduler",
      given: [
        storageClass("late", { volumeBindingMode: "WaitForFirstConsumer" }),
        volume("v", { class: "late" }),
        claim("c", { class: "late" }),
      ],
      bound: [],
      says: ["WaitForFirstConsumer c: waiting for first consumer to be created before binding"],
    },
    {
      what: "of such a class is bound where a user has reserved a volume",
      given: [
        storageClass("late", { volumeBindingMode: "WaitForFirstConsumer" }),
        volume("v", { class: "late", claimRef: inDefault("c") }),
        claim("c", { class: "late" }),
      ],
      bound: ["c → v"],
    },
  ];

  test.each(CASES)("$what", ({ given, bound, says = [] }) => {
    const cluster = clusterOf(given);
    expect(bindings(cluster)).toEqual(bound);
    for (const text of bound) {
      const [name = "", volumeName = ""] = text.split(" → ");
      const { status, spec } = cluster.get("PersistentVolume", volumeName, "");
      expect(status.phase).toBe("Bound");
      expect(spec.claimRef).toMatchObject({
        name,
        uid: cluster.get("PersistentVolumeClaim", name).uid,
      });
    }
    // What waits is told of once, and nothing more is written.
    const writes = cluster.writes.length;
    cluster.advance(3600);
    expect(said(cluster)).toEqual(says);
    expect(cluster.writes.length).toBe(writes);
  });

  it("is looked at again, within 15 s, when a volume or a class comes", () => {
    const cluster = clusterOf([claim("c", { class: "late" }), claim("d", { class: "" })]);
    cluster.advance(100);
    cluster.apply(volume("v"));
    cluster.apply(storageClass("late"));
    cluster.advance(2);
    expect(bindings(cluster)).toEqual([]);
    cluster.advance(15);
    expect(bindings(cluster).map((text) => text.slice(0, 1))).toEqual(["c", "d"]);
  });

  it("says which of the two was tied to the other by a user", () => {
    const cluster = clusterOf([
      volume("v"),
      claim("chosen", { class: "" }),
      volume("w"),
      claim("named", { class: "", volumeName: "w" }),
      volume("x", { claimRef: { namespace: "default", name: "reserved" } }),
      claim("reserved", { class: "" }),
    ]);
    const marked = (object: { readonly annotations: Readonly<Record<string, string>> }) =>
      object.annotations[BOUND_BY_CONTROLLER] === "yes";
    const ofClaim = (name: string) => marked(cluster.get("PersistentVolumeClaim", name));
    const ofVolume = (name: string) => marked(cluster.get("PersistentVolume", name, ""));
    expect(["chosen", "named", "reserved"].map(ofClaim)).toEqual([true, false, true]);
    expect(["v", "w", "x"].map(ofVolume)).toEqual([true, true, false]);
  });

  it("matches as many as it can: each volume for one claim, none too small, nobody waits in vain", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, sizes, (wanted, offered) => {
        const cluster = clusterOf([
          ...wanted.map((gi, at) => claim(`c${at}`, { class: "", size: `${gi}Gi` })),
          ...offered.map((gi, at) => volume(`v${at}`, { size: `${gi}Gi` })),
        ]);
        cluster.advance(20);
        const taken = new Map<string, Claim>();
        const waiting: number[] = [];
        for (const one of cluster.all("PersistentVolumeClaim")) {
          const bytes = parseBytes(one.spec.resources!.requests!.storage!);
          if (!isFullyBound(one)) {
            waiting.push(bytes);
            continue;
          }
          const name = one.spec.volumeName!;
          expect(taken.has(name)).toBe(false);
          taken.set(name, one);
          const { spec } = cluster.get("PersistentVolume", name, "");
          expect(spec.claimRef?.uid).toBe(one.uid);
          expect(parseBytes(spec.capacity!.storage!)).toBeGreaterThanOrEqual(bytes);
        }
        const left = cluster.all("PersistentVolume").filter(({ name }) => !taken.has(name));
        for (const { spec, status } of left) {
          expect(status.phase).toBe("Available");
          for (const bytes of waiting)
            expect(parseBytes(spec.capacity!.storage!)).toBeLessThan(bytes);
        }
      }),
      { numRuns: 60 },
    );
  });
});

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

  it("waits where the class allows no node's place", () => {
    const expression = { key: ZONE, values: ["nowhere"] };
    const cluster = clusterOf([
      zoned("n", "a"),
      storageClass("fast", { allowedTopologies: [{ matchLabelExpressions: [expression] }] }),
      claim("c", { class: "fast" }),
    ]);
    expect(bindings(cluster)).toEqual([]);
    expect(said(cluster).join()).toContain("no node is in a topology that the class allows");
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
    const cluster = new TestCluster();
    class OfVersion extends PersistentVolumeController {
      constructor(options: ControllerOptions) {
        super({ ...options, kubernetesMinor: minor });
      }
    }
    cluster.run({ binder: OfVersion as new (options: ControllerOptions) => Controller });
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
