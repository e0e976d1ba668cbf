import { describe, expect, it } from "vitest";
import type { BehaviorSource } from "../../src/cluster/container-behavior.js";
import {
  type EvictionThreshold,
  evictionPolicy,
} from "../../src/cluster/pressure/eviction-policy.js";
import { newWorld, scripted, type World } from "./world.js";

const GIBI = 2 ** 30;
const MEBI = 2 ** 20;

/** Containers that use so much memory, in GiB, by the name of their pod. */
function using(gibibytes: Readonly<Record<string, number>>): BehaviorSource {
  return {
    ...scripted({}),
    usage: (pod) => ({ cpuMillis: 0, memoryBytes: (gibibytes[pod.name] ?? 0) * GIBI }),
  };
}

function requesting(memory: string, more: object = {}) {
  const resources = { requests: { memory } };
  return { containers: [{ name: "main", image: "app:1", resources }], ...more };
}

/** A node of 8 GiB with pods of the given usage and priority, each requesting 1 GiB. */
function running(
  pods: Readonly<Record<string, number>>,
  priorities: Readonly<Record<string, number>> = {},
) {
  const world = newWorld({ behavior: using(pods) });
  for (const name of Object.keys(pods)) {
    world.bind(name, requesting("1Gi", world.priority(priorities[name] ?? 0)));
  }
  return world;
}

const evicted = (world: World) =>
  world.events
    .filter((event) => event.includes(" Evicted: "))
    .map((event) => event.slice(0, event.indexOf(" ")));

function condition(world: World, type: string) {
  const node = world.store.table("Node").find("", "node-0")!;
  return node.status.conditions?.find((one) => one.type === type);
}

describe("a node that runs short of memory", () => {
  it("evicts one pod at a time until it has enough, and says so", () => {
    const world = running({ small: 1, large: 5, larger: 6 });
    world.until(45);
    expect(evicted(world)).toEqual(["larger"]);
    expect(world.evictions).toEqual(["larger Evicted"]);
    expect(world.line("larger")).toBe("Failed(Evicted) main=Completed 0");
    expect(world.line("large")).toBe("Running Ready main=running ready");
    expect(world.pod("larger")!.status.message).toBe(
      "The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. " +
        "Container main was using 6Gi, request is 1Gi, has larger consumption of memory. ",
    );
    const { conditions } = world.pod("larger")!.status;
    expect(conditions.find(({ type }) => type === "DisruptionTarget")).toMatchObject({
      status: "True",
      reason: "TerminationByKubelet",
    });
    expect(world.events).toContain("node-0 EvictionThresholdMet: Attempting to reclaim memory");
  });

  it("is under pressure from its next status on, and for five minutes after", () => {
    const world = running({ a: 5, b: 4 });
    world.until(25);
    expect(condition(world, "MemoryPressure")).toMatchObject({
      status: "True",
      reason: "KubeletHasInsufficientMemory",
    });
    expect(world.until(300).events.filter((e) => e.includes("NodeHasSufficient"))).toEqual([]);
    world.until(345);
    expect(condition(world, "MemoryPressure")).toMatchObject({ status: "False" });
    expect(world.events.at(-1)).toBe(
      "node-0 NodeHasSufficientMemory: Node node-0 status is now: NodeHasSufficientMemory",
    );
    const events = world.events.length;
    expect(world.until(7200).events.length).toBe(events);
  });

  it.each([
    ["those above their request first", { a: 0.9, b: 1.5, c: 7.5 }, { c: 5 }, ["b", "c"]],
    ["of those the lower priority", { a: 4, b: 6 }, { b: 5 }, ["a"]],
    ["of equal priority the one that is furthest above", { a: 4, b: 5 }, {}, ["b"]],
    ["never one that is critical", { a: 2, b: 7 }, { b: 2_000_000_000 }, ["a"]],
  ])("evicts %s", (_what, pods, priorities, expected) => {
    expect(evicted(running(pods, priorities).until(100))).toEqual(expected);
  });

  it.each([
    ["uses no more than is allocatable", { a: 4, b: 4 }],
    ["has room", { a: 1 }],
  ])("and one whose pods %s evicts none", (_what, pods) => {
    const world = running(pods).until(3600);
    expect(evicted(world)).toEqual([]);
    expect(condition(world, "MemoryPressure")).toMatchObject({ status: "False" });
  });

  it.each([
    ["refuses a pod without requests", {}, "Failed(Evicted)"],
    ["takes one with requests", requesting("100Mi"), "Running Ready main=running ready"],
    [
      "takes one that tolerates it",
      { tolerations: [{ key: "node.kubernetes.io/memory-pressure", operator: "Exists" }] },
      "Running Ready main=running ready",
    ],
  ])("%s", (_what, spec, expected) => {
    const world = running({ a: 5, b: 6 }).until(60);
    world.bind("late", spec);
    expect(world.until(70).line("late")).toBe(expected);
  });
});

const soft = (graceSeconds: number): EvictionThreshold => ({
  signal: "memory.available",
  level: { amount: 2 * GIBI, text: "2Gi" },
  graceMicros: graceSeconds * 1e6,
  minReclaim: null,
});

function withThresholds(
  thresholds: readonly EvictionThreshold[],
  more = {},
  pods = { a: 3.5, b: 3 },
) {
  return newWorld({
    behavior: using(pods),
    kubelets: { evictionPolicy: evictionPolicy(thresholds, more) },
  });
}

describe("thresholds that a kubelet is told", () => {
  it("a soft one waits for its grace period, and lets pods end in good order", () => {
    const world = withThresholds([soft(60)], { maxPodGraceSeconds: 20 });
    for (const name of ["a", "b"]) world.bind(name, requesting("1Gi"));
    expect(evicted(world.until(60))).toEqual([]);
    expect(condition(world, "MemoryPressure")?.status).toBe("True");
    expect(evicted(world.until(90))).toEqual(["a"]);
  });

  it("what is to be reclaimed beyond takes a second pod", () => {
    const hard = { ...soft(0), graceMicros: null };
    const used = { a: 5, b: 4 };
    const one = withThresholds([hard], {}, used);
    for (const name of ["a", "b"]) one.bind(name, requesting("1Gi"));
    expect(evicted(one.until(200))).toEqual(["a"]);
    const level = { amount: 5 * GIBI, text: "5Gi" };
    const two = withThresholds([{ ...hard, minReclaim: level }], {}, used);
    for (const name of ["a", "b"]) two.bind(name, requesting("1Gi"));
    expect(evicted(two.until(200))).toEqual(["a", "b"]);
  });

  it("none of them evict nobody", () => {
    const world = withThresholds([]);
    for (const name of ["a", "b"]) world.bind(name, requesting("1Gi"));
    expect(evicted(world.until(200))).toEqual([]);
  });
});

describe("something outside of the pods that takes what a machine has left", () => {
  it("of memory: one pod goes, and none more once it is given back", () => {
    const world = running({ a: 1, b: 2 }).until(15);
    expect(world.kubelets.failNode("node-0", "memory")).toBe(true);
    expect(world.kubelets.failNode("node-0", "memory")).toBe(false);
    expect(evicted(world.until(60))).toEqual(["b"]);
    expect(world.kubelets.recoverNode("node-0")).toBe(true);
    expect(world.kubelets.recoverNode("node-0")).toBe(false);
    world.until(400);
    expect(condition(world, "MemoryPressure")?.status).toBe("False");
  });

  it("of the disk: images go that nobody uses, then pods", () => {
    const world = newWorld({ capacity: { "ephemeral-storage": "1000Mi" } });
    world.bind("a");
    world.bind("b", world.priority(3));
    world.until(15).kubelets.failNode("node-0", "disk");
    world.until(35);
    expect(condition(world, "DiskPressure")?.status).toBe("True");
    expect(evicted(world)[0]).toBe("a");
    expect(world.pod("a")!.status.message).toContain(
      "The node was low on resource: ephemeral-storage.",
    );
    world.bind("late", requesting("1Mi"));
    expect(world.until(40).line("late")).toBe("Failed(Evicted)");
  });

  it("of process numbers: nothing happens without a threshold, the lowest priority goes with one", () => {
    const calm = newWorld();
    calm.bind("a");
    calm.until(15).kubelets.failNode("node-0", "pids");
    expect(evicted(calm.until(100))).toEqual([]);
    const hard: EvictionThreshold = {
      signal: "pid.available",
      level: { amount: 1, text: "1" },
      graceMicros: null,
      minReclaim: null,
    };
    const world = newWorld({ kubelets: { evictionPolicy: evictionPolicy([hard]) } });
    world.bind("a", world.priority(3));
    world.bind("b");
    world.until(15).kubelets.failNode("node-0", "pids");
    expect(evicted(world.until(100))).toEqual(["b"]);
    expect(condition(world, "PIDPressure")?.status).toBe("True");
  });

  it("is gone when the machine starts anew", () => {
    const world = running({ a: 1, b: 2 }).until(15);
    world.kubelets.failNode("node-0", "memory");
    world.until(16).kubelets.failNode("node-0", "crash");
    world.until(30).kubelets.recoverNode("node-0");
    expect(evicted(world.until(100))).toEqual([]);
  });
});

describe("a snapshot of a node under pressure", () => {
  it("stays as it is", () => {
    const conditions = [
      { type: "MemoryPressure", status: "True", reason: "KubeletHasInsufficientMemory" },
      { type: "Ready", status: "True" },
    ];
    const world = newWorld({
      nodes: 0,
      loaded: [
        {
          apiVersion: "v1",
          kind: "Node",
          metadata: { name: "node-0" },
          status: { conditions, allocatable: { cpu: "4", memory: `${800 * MEBI}`, pods: "10" } },
        },
      ],
    });
    world.bind("late");
    expect(world.until(1000).line("late")).toBe("Failed(Evicted)");
    expect(condition(world, "MemoryPressure")?.status).toBe("True");
  });
});

describe("what containers take of a node", () => {
  /** A node with a disk of 100 GiB, and pods that write so many GiB and have so many processes. */
  function writing(pods: Readonly<Record<string, { disk?: number; processes?: number }>>) {
    const behavior: BehaviorSource = {
      ...scripted({}),
      usage: () => ({ cpuMillis: 0, memoryBytes: 0 }),
      localUsage: ({ name }) => ({
        diskBytes: (pods[name]?.disk ?? 0) * GIBI,
        processes: pods[name]?.processes ?? 1,
      }),
    };
    const few: EvictionThreshold = {
      signal: "pid.available",
      level: { amount: 4_000_000, text: "4M" },
      graceMicros: null,
      minReclaim: null,
    };
    const disk: EvictionThreshold = {
      signal: "nodefs.available",
      level: { share: 0.1 },
      graceMicros: null,
      minReclaim: null,
    };
    const capacity = { cpu: "8", memory: "8Gi", pods: "110", "ephemeral-storage": "100Gi" };
    const world = newWorld({
      behavior,
      capacity,
      kubelets: { evictionPolicy: evictionPolicy([few, disk]) },
    });
    for (const name of Object.keys(pods)) world.bind(name, requesting("1Gi"));
    return world;
  }

  it("fills its disk: who has written most beyond its request goes", () => {
    const world = writing({ small: { disk: 20 }, large: { disk: 75 } });
    world.until(40);
    expect(evicted(world)).toEqual(["large"]);
    const calm = writing({ small: { disk: 20 }, large: { disk: 65 } });
    calm.until(40);
    expect(evicted(calm)).toEqual([]);
  });

  it("takes its processes: who has most of them goes", () => {
    const world = writing({ few: { processes: 1_000 }, many: { processes: 250_000 } });
    world.until(40);
    expect(evicted(world)).toEqual(["many"]);
  });
});
