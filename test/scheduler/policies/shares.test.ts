import { describe, expect, test } from "vitest";
import { cluster, only, scores } from "./placement-world.js";

/** Of 10 CPUs and 10 GiB. */
const TAKEN = {
  empty: {},
  even: { cpu: "5", memory: "5Gi" },
  "short of cpu": { cpu: "8", memory: "2Gi" },
  "short of memory": { cpu: "2", memory: "8Gi" },
};
/** Of each node 1/10 and 2/10. */
const POD = { cpu: "1", memory: "2Gi" };

describe("what each policy scores, by hand, of a pod that asks for 10 % of the cpu and 20 % of the memory", () => {
  test("BestFit: the share in use of the fullest resource with the pod", () => {
    expect(scores(cluster(TAKEN, only("BestFit")), "BestFit", POD)).toEqual({
      empty: 20,
      even: 70,
      "short of cpu": 90,
      "short of memory": 100,
    });
  });

  test("WorstFit: what is left of that resource", () => {
    expect(scores(cluster(TAKEN, only("WorstFit")), "WorstFit", POD)).toEqual({
      empty: 80,
      even: 30,
      "short of cpu": 10,
      "short of memory": 0,
    });
  });

  test("DotProduct: what is free, weighted by what the pod asks for", () => {
    // (0.1 × free cpu + 0.2 × free memory) / 0.3
    expect(scores(cluster(TAKEN, only("DotProduct")), "DotProduct", POD)).toEqual({
      empty: 100,
      even: 50,
      "short of cpu": 60,
      "short of memory": 40,
    });
  });

  test("L2Norm: 1 minus the length of what is left, over that of an empty node", () => {
    // left: 0.9 0.8 · 0.4 0.3 · 0.1 0.6 · 0.7 0
    expect(scores(cluster(TAKEN, only("L2Norm")), "L2Norm", POD)).toEqual({
      empty: 15,
      even: 65,
      "short of cpu": 57,
      "short of memory": 51,
    });
  });

  test("CosineSimilarity: 1 minus the sine between the pod and what is free", () => {
    // cos² = (0.1 × free cpu + 0.2 × free memory)² / (0.05 × |free|²): 0.9, 0.9, 0.9529…, 0.4235…
    expect(scores(cluster(TAKEN, only("CosineSimilarity")), "CosineSimilarity", POD)).toEqual({
      empty: 68,
      even: 68,
      "short of cpu": 78,
      "short of memory": 24,
    });
  });
});

describe("the policies that look at shares", () => {
  const names = ["BestFit", "WorstFit", "DotProduct", "L2Norm", "CosineSimilarity"];

  test.each(names)("%s counts an extended resource that is named and asked for", (name) => {
    const gpu = "example.com/gpu";
    const allocatable = { a: { [gpu]: "4" }, b: { [gpu]: "4" } };
    const taken = { a: { cpu: "5", [gpu]: "3" }, b: { cpu: "5" } };
    const args = { resources: [{ name: "cpu" }, { name: gpu }] };
    const world = cluster(taken, only(name, args), { allocatable });
    const asking = scores(world, name, { cpu: "1", [gpu]: "1" });
    expect(asking.a).not.toBe(asking.b);
    const without = scores(world, name, { cpu: "1" });
    expect(without.a).toBe(without.b);
  });

  test.each(names)("%s scores a pod without requests from 0 to 100", (name) => {
    const world = cluster({ ...TAKEN, full: { cpu: "10", memory: "10Gi" } }, only(name));
    for (const score of Object.values(scores(world, name, {}))) {
      expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
    }
  });
});
