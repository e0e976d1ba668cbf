import { describe, expect, test } from "vitest";
import { nodeManifest, podManifest, SchedulerWorld } from "./scheduler-world.js";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };
const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: { app: "web" } },
    },
  ],
};
const near = (app: string, topologyKey: string) => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey, labelSelector: { matchLabels: { app } } },
      ],
    },
  },
});
const labelled = (manifest: object, labels: object): object => {
  const { metadata } = manifest as { metadata: object };
  return { ...manifest, metadata: { ...metadata, labels } };
};
const tainted = (manifest: object, ...taints: readonly object[]): object => ({
  ...manifest,
  spec: { taints },
});
const inZone = (name: string, zone: string) => nodeManifest(name, { labels: { zone } });

describe("a node that comes before it is ready", () => {
  test.each([26, 31, 34])("takes the pods that waited when its taint goes (v1.%i)", (minor) => {
    const world = new SchedulerWorld([nodeManifest("small", { cpu: "500m" })], { minor });
    world.create(podManifest("p")).until(20);
    world.create(tainted(nodeManifest("large"), NOT_READY)).until(30);
    expect(world.nodes("p")).toEqual([""]);
    world.merge("large", { spec: { taints: [] } }, "Node").until(31);
    expect(world.nodes("p")).toEqual(["large"]);
  });
});

describe("before there were hints", () => {
  test("a node that is cordoned only by its spec passes the check for new nodes", () => {
    const world = new SchedulerWorld([nodeManifest("small", { cpu: "500m" })]);
    world.create(podManifest("p")).until(20);
    world.create({ ...nodeManifest("b"), spec: { unschedulable: true } }).until(30);
    expect(world.triedAt("p")).toEqual([0, 20]);
  });

  test("a taint that only evicts passes it, too, and one that repels does not", () => {
    const world = new SchedulerWorld([nodeManifest("small", { cpu: "500m" })]);
    world.create(podManifest("p")).until(20);
    world.create(tainted(nodeManifest("b"), { key: "k", effect: "NoExecute" })).until(30);
    world.create(tainted(nodeManifest("c"), { key: "k", effect: "NoSchedule" })).until(40);
    expect(world.triedAt("p")).toEqual([0, 20]);
  });

  test("the check does not ask which filters the profile has", () => {
    const profiles = [{ plugins: { filter: { disabled: [{ name: "TaintToleration" }] } } }];
    const world = new SchedulerWorld([nodeManifest("small", { cpu: "500m" })], { profiles });
    world.create(podManifest("p")).until(20);
    world.create(tainted(nodeManifest("b"), NOT_READY)).until(30);
    expect(world.nodes("p")).toEqual([""]);
    world.until(340);
    expect(world.nodes("p")).toEqual(["b"]);
  });

  test.each([
    { lacks: "a node with its domain", key: "zone", cpu: "1m", tried: [1, 20] },
    {
      lacks: "room, which no such update gives",
      key: "kubernetes.io/hostname",
      cpu: "1",
      tried: [1],
    },
  ])(
    "an update of a pod that it wants to be near, where it lacks $lacks",
    ({ key, cpu, tried }) => {
      const world = new SchedulerWorld([nodeManifest("a", { cpu: "1" })]);
      world.create(labelled(podManifest("x", { cpu }), { app: "x" })).until(1);
      world.create(podManifest("p", { cpu: "500m", ...near("x", key) })).until(20);
      world.merge("x", { metadata: { annotations: { any: "thing" } } }).until(21);
      expect(world.triedAt("p")).toEqual(tried);
    },
  );

  test.each([
    { some: "an update of some pod that is placed", placed: true, tried: [2, 5] },
    { some: "nothing", placed: false, tried: [2] },
  ])("$some while an attempt runs: it is tried at $tried", ({ placed, tried }) => {
    const slow = { cycle: { baseMicros: 1_000_000, perNodeMicros: 0 } };
    const world = new SchedulerWorld([nodeManifest("a", { cpu: "1" })], slow);
    world
      .create(podManifest("x", { nodeName: "a" }))
      .until(1)
      .create(podManifest("p"));
    world.until(1.5);
    if (placed) world.merge("x", { metadata: { annotations: { any: "thing" } } });
    expect(world.until(10).triedAt("p")).toEqual(tried);
  });

  test("a change of both labels and taints counts as one of labels up to v1.29", () => {
    const tries = [29, 30].map((minor) => {
      const world = new SchedulerWorld([tainted(nodeManifest("a"), NOT_READY)], {
        minor,
        profiles: [
          {
            plugins: {
              multiPoint: { disabled: [{ name: "*" }], enabled: ONLY_CORDON },
              filter: { disabled: [{ name: "*" }], enabled: [{ name: "NodeUnschedulable" }] },
            },
          },
        ],
      });
      world.merge("a", { spec: { unschedulable: true } }, "Node").until(1);
      world.create(podManifest("p")).until(20);
      const labels = { more: "x" };
      world.merge("a", { metadata: { labels }, spec: { taints: [] } }, "Node").until(30);
      return world.triedAt("p").length;
    });
    expect(tries).toEqual([1, 2]);
  });
});

const ONLY_CORDON = ["PrioritySort", "DefaultBinder"].map((name) => ({ name }));

describe("a pod that spreading held back", () => {
  /** Zones a and b; one pod of the kind in a, so that the next belongs in b, which is full. */
  function stuck(minor: number): SchedulerWorld {
    const world = new SchedulerWorld([inZone("a", "a"), inZone("b", "b")], { minor });
    world.create(podManifest("full", { cpu: "2", nodeName: "b" })).until(1);
    world.create(labelled(podManifest("web-1", { nodeName: "a" }), { app: "web" })).until(2);
    return world.create(labelled(podManifest("p", spread), { app: "web" })).until(20);
  }

  test.each([
    { minor: 26, tried: [2] },
    { minor: 30, tried: [2] },
    { minor: 31, tried: [2, 20] },
    { minor: 34, tried: [2, 20] },
  ])("hears of a pod that comes to a node from v1.31 on (v1.$minor)", ({ minor, tried }) => {
    const world = stuck(minor);
    world.create(labelled(podManifest("web-2", { cpu: "1m", nodeName: "b" }), { app: "web" }));
    expect(world.until(30).triedAt("p")).toEqual(tried);
    expect(world.nodes("p")).toEqual([tried.length === 1 ? "" : "a"]);
  });

  test.each([
    { minor: 31, node: "" },
    { minor: 32, node: "a" },
  ])("hears that a node went from v1.32 on (v1.$minor)", ({ minor, node }) => {
    const world = stuck(minor).remove("b", "Node").until(30);
    expect(world.nodes("p")).toEqual([node]);
  });
});

describe("a pod that counted a nominated one", () => {
  /** Room for one; it is kept for a pod that is nominated there and waits for something else. */
  function kept(minor: number, priority: number): SchedulerWorld {
    const world = new SchedulerWorld([nodeManifest("a", { cpu: "1" })], { minor });
    world.create(podManifest("kept", { priority, nodeSelector: { no: "where" } })).until(1);
    const change = { nominatedNodeName: "a" };
    world.do({ verb: "patch", target: world.target("kept"), change }).until(2);
    return world.create(podManifest("p", { priority: 5 })).until(20);
  }

  test.each([
    { minor: 32, node: "" },
    { minor: 33, node: "a" },
  ])("hears that it is gone from v1.33 on (v1.$minor)", ({ minor, node }) => {
    const world = kept(minor, 100);
    expect(world.triedAt("p")).toEqual([2]);
    expect(world.remove("kept").until(30).nodes("p")).toEqual([node]);
  });

  test.each([
    { minor: 32, node: "" },
    { minor: 33, node: "a" },
  ])("hears that its nomination ended from v1.33 on (v1.$minor)", ({ minor, node }) => {
    const world = kept(minor, 100);
    const change = { nominatedNodeName: "" };
    world.do({ verb: "patch", target: world.target("kept"), change });
    expect(world.until(30).nodes("p")).toEqual([node]);
  });

  test("does not hear of one of lower priority, which it did not count", () => {
    const world = kept(33, 1);
    expect(world.nodes("p")).toEqual(["a"]);
    world
      .create(podManifest("late", { priority: 5 }))
      .until(40)
      .remove("kept")
      .until(50);
    expect(world.triedAt("late")).toEqual([20]);
  });
});
