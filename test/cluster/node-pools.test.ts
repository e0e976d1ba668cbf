import { describe, expect, it } from "vitest";
import { registeredNode } from "../../src/cluster/node-object.js";
import { NodePools } from "../../src/cluster/node-pools.js";
import { UNOBSERVED } from "../../src/record/cluster-observer.js";
import { Client } from "../../src/store/client.js";
import { InformerFactory } from "../../src/store/informer-factory.js";
import { LATENCY_MICROS, newWorld, objectOf, START_MS, type World } from "./world.js";

const SHAPE = {
  name: "general",
  zones: ["a", "b", "c"],
  region: "r",
  capacity: { cpu: 4, memory: "16Gi", pods: "110" },
  reserved: { cpu: "80m", memory: "800Mi" },
  labels: { disk: "ssd" },
  taints: [{ key: "dedicated", value: "web", effect: "NoSchedule" }],
};

function poolsOf(world: World): NodePools {
  const { engine, server, store } = world;
  const client = new Client(server, "cloud", { latencyMicros: LATENCY_MICROS, qps: 0, burst: 0 });
  const informers = new InformerFactory(store, "cloud", LATENCY_MICROS);
  return new NodePools({ engine, informers, client, observer: UNOBSERVED, startTimeMs: START_MS });
}

const nodeNames = (world: World) => [...world.store.table("Node")].map(({ name }) => name).sort();

describe("the nodes of a pool", () => {
  it("look as a cloud registers them", () => {
    const nodes = poolsOf(newWorld({ nodes: 0 })).define(SHAPE, 4);
    expect(nodes.map(({ name }) => name)).toEqual([0, 1, 2, 3].map((i) => `general-${i}`));
    expect(nodes.map((node) => node.labels["topology.kubernetes.io/zone"])).toEqual([
      "a",
      "b",
      "c",
      "a",
    ]);
    const [node] = nodes;
    expect(node?.labels).toEqual({
      "beta.kubernetes.io/arch": "amd64",
      "beta.kubernetes.io/os": "linux",
      "failure-domain.beta.kubernetes.io/region": "r",
      "failure-domain.beta.kubernetes.io/zone": "a",
      "kubernetes.io/hostname": "general-0",
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "topology.kubernetes.io/zone": "a",
      "topology.kubernetes.io/region": "r",
      disk: "ssd",
    });
    expect(node?.spec.taints).toEqual(SHAPE.taints);
    expect(node?.status.capacity).toEqual({ cpu: "4", memory: "16Gi", pods: "110" });
    expect(node?.status.allocatable).toEqual({ cpu: "3920m", memory: "15584Mi", pods: "110" });
    const conditions = node?.status.conditions?.map(({ type, status }) => `${type} ${status}`);
    expect(conditions).toEqual([
      "MemoryPressure False",
      "DiskPressure False",
      "PIDPressure False",
      "Ready True",
    ]);
  });

  it("a manifest's node keeps what it says", () => {
    const manifest = {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n", labels: { "kubernetes.io/arch": "arm64" } },
      status: {
        capacity: { cpu: "2" },
        conditions: [{ type: "Ready", status: "False", reason: "KubeletNotReady" }],
      },
    };
    const object = objectOf(manifest);
    if (object.kind !== "Node") throw new Error("not a node");
    const node = registeredNode(object, { startTimeMs: START_MS, nowMicros: 0 });
    expect(node.labels["kubernetes.io/arch"]).toBe("arm64");
    expect(node.labels["kubernetes.io/hostname"]).toBe("n");
    expect(node.status.allocatable).toEqual({ cpu: "2" });
    expect(node.status.conditions?.map(({ type }) => type)).toEqual(["Ready"]);
  });

  it("come and go while the cluster runs; numbers are not used again", () => {
    const world = newWorld({ nodes: 0 });
    const pools = poolsOf(world);
    for (const node of pools.define(SHAPE, 2)) world.server.load(node);
    world.until(1);
    expect(pools.addNodes("general", 2)).toEqual({ ok: true, nodes: ["general-2", "general-3"] });
    world.until(2);
    expect(nodeNames(world)).toEqual([0, 1, 2, 3].map((i) => `general-${i}`));
    const gone = pools.removeNodes({ nodes: [], pool: "general", count: 1 });
    expect(gone).toEqual({ ok: true, nodes: ["general-3"] });
    expect(pools.removeNodes({ nodes: ["general-0"], pool: null, count: 0 }).ok).toBe(true);
    world.until(3);
    expect(nodeNames(world)).toEqual(["general-1", "general-2"]);
    expect(pools.addNodes("general", 1)).toEqual({ ok: true, nodes: ["general-4"] });
    world.until(4);
    expect(world.store.table("Node").find("", "general-4")?.status.conditions?.[0]).toMatchObject({
      lastTransitionTime: "2026-01-01T00:00:03Z",
    });
  });

  it("an unknown pool, an unknown node and a pool that adopts are refused", () => {
    const world = newWorld({ nodes: 1 });
    const pools = poolsOf(world);
    pools.adopt("imported", { "kubernetes.io/os": "linux" });
    expect(pools.addNodes("no", 1)).toEqual({ ok: false, message: "there is no node pool no" });
    expect(pools.addNodes("imported", 1).ok).toBe(false);
    const unknown = { nodes: ["no"], pool: null, count: 0 };
    expect(pools.removeNodes(unknown)).toEqual({ ok: false, message: "there is no node no" });
    const adopted = { nodes: [], pool: "imported", count: 1 };
    expect(pools.removeNodes(adopted)).toEqual({ ok: true, nodes: ["node-0"] });
  });
});

describe("a node's kubelet", () => {
  it("is gone with its Node object: its pods stay as they were", () => {
    const world = newWorld({ scripts: { main: { run: 5, exit: 1 } } });
    const pools = poolsOf(world);
    world.bind("pod", { restartPolicy: "Never" });
    world.until(2);
    pools.removeNodes({ nodes: ["node-0"], pool: null, count: 0 });
    world.until(100).delete("pod");
    expect(world.until(200).line("pod")).toBe("Running Ready deleted main=running ready");
    world.delete("pod", 0);
    expect(world.line("pod")).toBe("gone");
    expect(world.kubelets.failNode("node-0", "crash")).toBe(false);
  });

  it("takes up the pods that were bound before its node was there", () => {
    const world = newWorld({ nodes: 0 });
    const pools = poolsOf(world);
    world.bind("pod", {}, "general-0");
    expect(world.until(5).line("pod")).toBe("Pending");
    pools.define(SHAPE, 0);
    pools.addNodes("general", 1);
    expect(world.until(10).pod("pod")?.phase).toBe("Running");
  });

  it("does not act while its node is cut off, and makes up for it afterwards", () => {
    const world = newWorld();
    world.bind("old");
    world.until(5).kubelets.failNode("node-0", "partition");
    world.until(6).bind("new");
    world.delete("old");
    world.until(100);
    expect(world.line("old")).toContain("Running Ready deleted");
    expect(world.line("new")).toBe("Pending");
    world.kubelets.recoverNode("node-0");
    world.until(140);
    expect(world.line("old")).toBe("gone");
    expect(world.pod("new")?.phase).toBe("Running");
  });

  it("says that it is well when somebody has written that it is not heard of", () => {
    const world = newWorld();
    const node = world.store.table("Node").find("", "node-0")!;
    const conditions = [{ type: "Ready", status: "Unknown" as const }];
    const change = { status: { ...node.status, conditions } };
    world.until(12).do({ verb: "patch", target: node, change });
    const ready = () =>
      world.store
        .table("Node")
        .find("", "node-0")!
        .status.conditions?.find(({ type }) => type === "Ready")?.status;
    expect(world.until(19).kubelets.silentSinceMicros("node-0")).toBeNull();
    expect(ready()).toBe("Unknown");
    world.until(21);
    expect(ready()).toBe("True");
  });

  it("renews its lease each ten seconds until it fails, and from when it is there again", () => {
    const world = newWorld();
    world.until(1009).kubelets.failNode("node-0", "partition");
    expect(world.kubelets.silentSinceMicros("node-0")).toBe(1_000_000_000);
    expect(world.kubelets.failNode("node-0", "crash")).toBe(false);
    world.until(1013).kubelets.recoverNode("node-0");
    expect(world.kubelets.silentSinceMicros("node-0")).toBeNull();
    expect(world.kubelets.recoverNode("node-0")).toBe(false);
    world.until(1030).kubelets.failNode("node-0", "partition");
    expect(world.kubelets.silentSinceMicros("node-0")).toBe(1_023_000_000);
  });

  it("starts no pod with a network of its own before its node's network is up", () => {
    const world = newWorld({ nodes: 0 });
    const object = poolsOf(world).define(SHAPE, 1)[0]!;
    const conditions = [{ type: "Ready", status: "False" }];
    world.server.load({ ...object, status: { ...object.status, conditions } });
    world.bind("own", {}, "general-0");
    world.bind("host", { hostNetwork: true }, "general-0");
    world.until(10);
    expect(world.line("own")).toBe("Pending main=ContainerCreating");
    expect(world.pod("host")?.phase).toBe("Running");
    const node = world.store.table("Node").find("", "general-0")!;
    const ready = { ...node.status, conditions: [{ type: "Ready", status: "True" }] };
    world.do({ verb: "patch", target: node, change: { status: ready } });
    expect(world.until(20).pod("own")?.phase).toBe("Running");
  });

  it("heartbeats are computed: none is queued", () => {
    const world = newWorld();
    world.until(1000);
    expect(world.engine.eventsPending).toBe(0);
  });
});
