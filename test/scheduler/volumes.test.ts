import { describe, expect, test } from "vitest";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const ZONE = "topology.kubernetes.io/zone";

function storageClass(name: string, provisioner: string): object {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name },
    provisioner,
    volumeBindingMode: "WaitForFirstConsumer",
  };
}

function claim(name: string, storageClassName: string): object {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "default" },
    spec: {
      storageClassName,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
    status: { phase: "Pending" },
  };
}

function localVolume(name: string, node: string): object {
  const values = [node];
  const term = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values }] };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName: "local",
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "2Gi" },
      local: { path: "/data" },
      nodeAffinity: { required: { nodeSelectorTerms: [term] } },
    },
    status: { phase: "Available" },
  };
}

const using = (claimName: string) => ({
  volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
});

const NODES = [
  nodeManifest("a", { labels: { [ZONE]: "x" } }),
  nodeManifest("b", { labels: { [ZONE]: "y" } }),
];

/** A claim `c` of a class without a provisioner, and a volume `v` of it on one node. */
const localWorld = (node: string) =>
  new SchedulerWorld([
    ...NODES,
    storageClass("local", "kubernetes.io/no-provisioner"),
    localVolume("v", node),
    claim("c", "local"),
  ]);

/** A claim `c` that is provisioned for where its pod goes. */
const fastWorld = () =>
  new SchedulerWorld([...NODES, storageClass("fast", "csi.example.com"), claim("c", "fast")]);

describe("a claim that waits for its first consumer", () => {
  test("is bound to a volume of the chosen node before the pod is", () => {
    const world = localWorld("b");
    world.create(podManifest("p", using("c"))).until(0.0035);
    expect(world.find("PersistentVolume", "v")?.spec.claimRef?.name).toBe("c");
    expect(world.nodes("p")).toEqual([""]);
    // PreBind looks after a second whether the claim is bound.
    world.until(1);
    expect(world.find("PersistentVolumeClaim", "c")?.spec.volumeName).toBe("v");
    expect(world.nodes("p")).toEqual([""]);
    world.until(1.1);
    expect(world.nodes("p")).toEqual(["b"]);
    expect(world.find("PersistentVolumeClaim", "c")).toMatchObject({
      spec: { volumeName: "v" },
      status: { phase: "Bound", capacity: { storage: "2Gi" } },
      annotations: { "pv.kubernetes.io/bind-completed": "yes" },
    });
    expect(world.find("PersistentVolume", "v")?.status).toMatchObject({ phase: "Bound" });
  });

  test("gets a volume of its own, for the zone of the chosen node, from a provisioner", () => {
    const world = fastWorld();
    world.create(podManifest("p", using("c"))).until(1.5);
    expect(world.nodes("p")).toEqual(["a"]);
    const volumeName = `pvc-${world.find("PersistentVolumeClaim", "c")!.uid}`;
    expect(world.find("PersistentVolume", volumeName)).toMatchObject({
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        csi: { driver: "csi.example.com", volumeHandle: volumeName },
        claimRef: { namespace: "default", name: "c" },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: ZONE, operator: "In", values: ["x"] }] },
            ],
          },
        },
      },
      status: { phase: "Bound" },
    });
    // The next user of the claim must follow it.
    world.create(podManifest("follower", using("c"))).until(2);
    expect(world.nodes("follower")).toEqual(["a"]);
    world.create(podManifest("late", using("c"))).until(3);
    expect(world.why("late")).toContain("1 node(s) had volume node affinity conflict");
  });

  test("takes a volume that only one of two claims can have, and the other pod waits", () => {
    const world = new SchedulerWorld([
      ...NODES,
      storageClass("local", "kubernetes.io/no-provisioner"),
      localVolume("v", "a"),
      claim("first", "local"),
      claim("second", "local"),
    ]);
    world.create(podManifest("p", using("first")), podManifest("q", using("second"))).until(30);
    expect(world.nodes("p", "q")).toEqual(["a", ""]);
    expect(world.why("q")).toContain("didn't find available persistent volumes to bind");
    world.create(localVolume("w", "b")).until(40);
    expect(world.nodes("q")).toEqual(["b"]);
  });

  test("whose volume another party takes meanwhile sends the pod back", () => {
    const world = localWorld("a");
    world.create(podManifest("p", using("c")));
    world.at(0.0025, () => {
      const change = { labels: { taken: "yes" } };
      const target = { kind: "PersistentVolume", namespace: "", name: "v" } as const;
      world.do({ verb: "patch", target, change });
    });
    world.until(0.5);
    expect(world.attempts).toEqual(["0 p error"]);
    expect(world.nodes("p")).toEqual([""]);
    expect(world.until(30).nodes("p")).toEqual(["a"]);
  });
});

test("a volume that another has taken since the decision is left alone", () => {
  const world = localWorld("a");
  world.create(podManifest("p", using("c")));
  // The decision is taken at once, and carried out after the cycle's time.
  world.at(0.0001, () => {
    const volume = world.find("PersistentVolume", "v")!;
    const claimRef = { namespace: "default", name: "thief", uid: "thief" };
    const change = { spec: { ...volume.spec, claimRef } };
    world.do({ verb: "patch", target: volume, change });
  });
  world.until(30);
  expect(world.find("PersistentVolume", "v")?.spec.claimRef?.name).toBe("thief");
  expect(world.nodes("p")).toEqual([""]);
});

test("pods that share a claim follow the first of them, and it gets one volume", () => {
  const world = fastWorld();
  const names = ["p", "q", "r", "s"];
  world.create(...names.map((name) => podManifest(name, { cpu: "100m", ...using("c") })));
  world.until(30);
  expect(world.nodes(...names)).toEqual(["a", "a", "a", "a"]);
  const bound = world.find("PersistentVolumeClaim", "c")!;
  expect(bound.spec.volumeName).toBe(`pvc-${bound.uid}`);
  expect(bound.annotations["pv.kubernetes.io/bind-completed"]).toBe("yes");
});

test("a claim of an Immediate class is bound first, and then its pod where the volume is", () => {
  const immediate = { ...storageClass("now", "csi.example.com"), volumeBindingMode: "Immediate" };
  const world = new SchedulerWorld([...NODES, immediate, claim("c", "now")]);
  world.create(podManifest("p", using("c")));
  world.until(5);
  expect(world.events[0]).toContain("pod has unbound immediate PersistentVolumeClaims");
  const { volumeName = "" } = world.find("PersistentVolumeClaim", "c")!.spec;
  const { nodeAffinity } = world.find("PersistentVolume", volumeName)!.spec;
  const zone = nodeAffinity?.required?.nodeSelectorTerms?.[0]?.matchExpressions?.[0]?.values?.[0];
  expect(world.nodes("p")).toEqual([zone === "x" ? "a" : "b"]);
});

describe("while PreBind waits for a claim that nobody binds", () => {
  const limit = { name: "VolumeBinding", args: { bindTimeoutSeconds: 5 } };
  const waiting = (profiles: readonly object[] = [{}]) =>
    new SchedulerWorld(
      [
        nodeManifest("a", { cpu: "1" }),
        storageClass("fast", "csi.example.com"),
        claim("c", "fast"),
      ],
      { profiles, volumeController: false },
    ).create(podManifest("p", using("c")));

  test("it gives up when the time is over, and the pod is tried again", () => {
    const world = waiting([{ pluginConfig: [limit] }]);
    world.until(4.9).create(podManifest("other", {}));
    expect(world.triedAt("p")).toEqual([]);
    world.until(5.5);
    expect(world.triedAt("p")).toEqual([5]);
    expect(world.events.join("\n")).toContain(
      'p FailedScheduling: running PreBind plugin "VolumeBinding": binding volumes: timed out',
    );
    // What it held is free for others meanwhile.
    world.until(7);
    expect(world.nodes("other")).toEqual(["a"]);
    world.remove("other").until(20);
    expect(world.triedAt("p").length).toBeGreaterThan(1);
  });

  test("it ends when the pod is deleted", () => {
    const world = waiting();
    world.until(2.5).create(podManifest("other", {}));
    world.remove("p").until(6);
    expect(world.nodes("other")).toEqual(["a"]);
  });

  test("it fails when the choice of the node is taken back", () => {
    const world = waiting();
    world.until(2.5);
    expect(world.find("PersistentVolumeClaim", "c")?.annotations).toEqual({
      "volume.kubernetes.io/selected-node": "a",
    });
    const target = { kind: "PersistentVolumeClaim", namespace: "default", name: "c" } as const;
    world.do({ verb: "patch", target, change: { annotations: {} } }).until(3.5);
    expect(world.events.join("\n")).toContain('binding volumes: provisioning failed for PVC "c"');
  });
});

test("a claim whose chosen node is gone is chosen for anew", () => {
  const selected = { "volume.kubernetes.io/selected-node": "gone" };
  const annotated = {
    ...claim("c", "fast"),
    metadata: { name: "c", namespace: "default", annotations: selected },
  };
  const world = new SchedulerWorld([...NODES, storageClass("fast", "csi.example.com"), annotated]);
  world.create(podManifest("p", using("c"))).until(30);
  expect(world.nodes("p")).toEqual(["a"]);
});
