import { describe, expect, test } from "vitest";
import { FastSchedulingAlgorithm } from "../../../src/scheduler/fast/fast-scheduling-algorithm.js";
import { type World, node, pod, requesting } from "../world.js";
import { cluster, only } from "./placement-world.js";

const ONE = requesting({ cpu: "1" });

/** Decides on a pod of one CPU, and places it. */
function place(world: World, name: string, spec = ONE): string {
  const each = pod(name, spec);
  const outcome = world.schedule(each);
  if (outcome.kind !== "scheduled") throw new Error("it fits nowhere");
  world.state.addPod(each.next({ nodeName: outcome.node.name }));
  world.framework.runReservePlugins(
    outcome.state,
    world.state.podInfos.podInfo(each),
    outcome.node.name,
  );
  return outcome.node.name;
}

function many(count: number): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`node-${String(i).padStart(3, "0")}`, {}]),
  );
}

describe("FirstFit", () => {
  test("fills the first node before it takes the next", () => {
    const world = cluster({ a: { cpu: "8" }, b: { cpu: "9" }, c: {} }, only("FirstFit"));
    const placed = Array.from({ length: 5 }, (_, i) => place(world, `pod-${i}`));
    expect(placed).toEqual(["a", "a", "b", "c", "c"]);
  });

  test("begins at the first of 300 nodes each time, and samples none of the others", () => {
    const world = cluster(many(300), only("FirstFit"), { percentageOfNodesToScore: 0 });
    for (let i = 0; i < 10; i += 1) expect(place(world, `pod-${i}`)).toBe("node-000");
    expect(place(world, "pod-10")).toBe("node-001");
    expect(world.algorithm.nextStartNodeIndex).toBe(0);
  });

  test("goes back to a node as soon as it has room", () => {
    const world = cluster({ a: { cpu: "10" }, b: {} }, only("FirstFit"));
    expect(place(world, "one")).toBe("b");
    world.state.removePod("pod/on-a");
    expect(place(world, "two")).toBe("a");
  });

  test("keeps to the cluster's order among nodes that a pod names", () => {
    const world = cluster({ b: {}, a: {}, c: {} }, only("FirstFit"));
    const terms = ["c", "a", "b"].map((name) => ({
      matchFields: [{ key: "metadata.name", operator: "In" as const, values: [name] }],
    }));
    const required = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
    };
    expect(place(world, "one", { ...ONE, affinity: { nodeAffinity: required } })).toBe("b");
  });
});

describe("RoundRobin", () => {
  test("takes the nodes in turn, and leaves out those that are full", () => {
    const world = cluster({ a: {}, b: { cpu: "10" }, c: {}, d: {} }, only("RoundRobin"));
    const placed = Array.from({ length: 7 }, (_, i) => place(world, `pod-${i}`));
    expect(placed).toEqual(["a", "c", "d", "a", "c", "d", "a"]);
  });

  test("goes on behind the last node when others come and go", () => {
    const world = cluster({ a: {}, b: {}, c: {}, d: {} }, only("RoundRobin"));
    expect([place(world, "1"), place(world, "2")]).toEqual(["a", "b"]);
    world.state.removeNode("a");
    expect(place(world, "3")).toBe("c");
    world.state.removeNode("c");
    expect(place(world, "4")).toBe("d");
    world.state.addNode(node("e", { allocatable: { cpu: "10", memory: "10Gi" } }));
    expect([place(world, "5"), place(world, "6")]).toEqual(["e", "b"]);
  });

  test("does the same from what is remembered, at the cost of a search", () => {
    const world = cluster(many(300), only("RoundRobin"));
    const fast = new FastSchedulingAlgorithm(world.state, {
      percentageOfNodesToScore: 0,
      chooseTie: null,
      verifyEvery: 1,
    });
    for (let i = 0; i < 650; i += 1) {
      const each = pod(`pod-${i}`, ONE);
      const info = world.state.podInfos.podInfo(each);
      const outcome = fast.schedule(world.framework, info);
      if (outcome.kind !== "scheduled") throw new Error("it fits nowhere");
      expect(outcome.node.name).toBe(`node-${String(i % 300).padStart(3, "0")}`);
      world.state.addPod(each.next({ nodeName: outcome.node.name }));
      world.framework.runReservePlugins(outcome.state, info, outcome.node.name);
    }
    expect(fast.counts.plain).toBe(0);
    // A look for the first pod, each node once for the second, and one node a pod from then on.
    expect(fast.counts.nodesJudged).toBeLessThanOrEqual(128 + 300 + 650);
  });
});
