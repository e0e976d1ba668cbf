import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokenLinear } from "../../../src/scheduler/plugins/node-resources-fit/scoring-strategy.js";
import { World, node, pod, requesting } from "../world.js";

const NEVER = { preemptionPolicy: "Never" } as const;

describe("NodeResourcesFit, the filter", () => {
  test.each([
    ["what is free exactly", { cpu: "3", memory: "6Gi" }, undefined],
    ["a millicore more", { cpu: "3001m" }, "Insufficient cpu"],
    ["a byte more", { memory: "6442450945" }, "Insufficient memory"],
    ["both", { cpu: "4", memory: "8Gi" }, "Insufficient cpu, Insufficient memory"],
    ["an extended resource that the node lacks", { "a.io/x": "1" }, "Insufficient a.io/x"],
    ["none of it", { "a.io/x": "0" }, undefined],
    [
      "two, in the order of their names",
      { "b.io/y": "1", "a.io/x": "1" },
      "Insufficient a.io/x, Insufficient b.io/y",
    ],
    ["ephemeral storage", { "ephemeral-storage": "1" }, "Insufficient ephemeral-storage"],
  ])("asks for %s", (_, requests, reason) => {
    const world = new World([node("n")]).place(
      "n",
      pod("there", requesting({ cpu: "1", memory: "2Gi" })),
    );
    expect(world.refusals(pod("p", { ...requesting(requests), ...NEVER })).n).toBe(reason);
  });

  test("a full node has too many pods, even for one that asks for nothing", () => {
    const world = new World([node("n", { allocatable: { pods: "1" } })]).place("n", pod("there"));
    expect(world.refusals(pod("p", NEVER)).n).toBe("Too many pods");
  });

  test.each([
    [26, "Insufficient cpu"],
    [27, undefined],
  ])(
    "in v1.%i a pod without cpu on a node with more cpu promised than it has: %s",
    (minor, reason) => {
      const world = new World([node("n")], { minor }).place(
        "n",
        pod("there", requesting({ cpu: "5" })),
      );
      expect(world.refusals(pod("p", { ...requesting({ memory: "1Gi" }), ...NEVER })).n).toBe(
        reason,
      );
    },
  );

  test("ignored resources and groups are not looked at", () => {
    const args = { ignoredResources: ["a.io/x"], ignoredResourceGroups: ["b.io"] };
    const profile = { pluginConfig: [{ name: "NodeResourcesFit", args }] };
    const world = new World([node("n")], { profile });
    const wish = { ...requesting({ "a.io/x": "1", "b.io/y": "1", "c.io/z": "1" }), ...NEVER };
    expect(world.refusals(pod("p", wish)).n).toBe("Insufficient c.io/z");
  });

  test.each([
    [26, "Insufficient cpu"],
    [27, undefined],
  ])(
    "in v1.%i containers are rounded before (26) or after (27) they are summed: %s",
    (minor, reason) => {
      const world = new World([node("n", { allocatable: { cpu: "1m" } })], { minor });
      const half = { name: "c", image: "i", resources: { requests: { cpu: "0.5m" } } };
      const spec = { containers: [half, { ...half, name: "d" }], ...NEVER };
      expect(world.refusals(pod("p", spec)).n).toBe(reason);
    },
  );
});

describe("NodeResourcesFit, the score", () => {
  const strategy = (scoringStrategy: object) => ({
    profile: { pluginConfig: [{ name: "NodeResourcesFit", args: { scoringStrategy } }] },
  });
  const nodes = [node("n"), node("m", { allocatable: { cpu: "8", memory: "32Gi" } })];
  const wish = pod("p", requesting({ cpu: "2", memory: "4Gi" }));

  test.each([
    ["LeastAllocated", { n: [50, 50], m: [81, 81] }],
    ["MostAllocated", { n: [50, 50], m: [18, 18] }],
  ])("%s", (type, scores) => {
    expect(new World(nodes, strategy({ type })).scores(wish, "NodeResourcesFit")).toEqual(scores);
  });

  test("weights pull the mean", () => {
    const resources = [
      { name: "cpu", weight: 3 },
      { name: "memory", weight: 1 },
    ];
    const world = new World(nodes, strategy({ type: "LeastAllocated", resources }));
    expect(world.scores(wish, "NodeResourcesFit")?.m?.[0]).toBe(78);
  });

  test("a container that states nothing counts 100m and 200Mi, one that states 0 counts 0", () => {
    const world = new World(nodes, strategy({ type: "MostAllocated" }));
    const silent = world.scores(pod("p"), "NodeResourcesFit")?.n?.[0];
    const zero = world.scores(pod("p", requesting({ cpu: "0", memory: "0" })), "NodeResourcesFit");
    expect([silent, zero?.n?.[0]]).toEqual([2, 0]);
  });

  test.each([
    [26, 75],
    [27, 50],
  ])("in v1.%i a core of overhead leaves the score at %i", (minor, score) => {
    const spec = { ...requesting({ cpu: "1" }), overhead: { cpu: "1" } };
    const resources = [{ name: "cpu", weight: 1 }];
    const options = { minor, ...strategy({ type: "LeastAllocated", resources }) };
    const got = new World(nodes, options).scores(pod("p", spec), "NodeResourcesFit")?.n?.[0];
    expect(Math.abs((got ?? 0) - score)).toBeLessThanOrEqual(1);
  });

  test("the line of a shape never leaves the scores of its points", () => {
    const shape = fc
      .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 6 })
      .chain((utilizations) =>
        fc.tuple(
          fc.constant(utilizations.sort((a, b) => a - b)),
          fc.array(fc.integer({ min: 0, max: 10 }), {
            minLength: utilizations.length,
            maxLength: utilizations.length,
          }),
        ),
      )
      .map(([utilizations, scores]) =>
        utilizations.map((utilization, i) => ({ utilization, score: scores[i]! })),
      );
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 100 }), (points, at) => {
        const score = brokenLinear(points)(at);
        const scores = points.map((point) => point.score * 10);
        expect(score).toBeGreaterThanOrEqual(Math.min(...scores));
        expect(score).toBeLessThanOrEqual(Math.max(...scores));
        expect(Number.isInteger(score)).toBe(true);
      }),
    );
  });
});

describe("NodeResourcesBalancedAllocation", () => {
  test("prefers the node that is left equally used", () => {
    const world = new World([node("n"), node("m", { allocatable: { cpu: "4", memory: "64Gi" } })]);
    const scores = world.scores(
      pod("p", requesting({ cpu: "2", memory: "4Gi" })),
      "NodeResourcesBalancedAllocation",
    );
    expect(scores).toEqual({ n: [100, 100], m: [78, 78] });
  });

  test.each([
    [32, { n: [100, 100], m: [100, 100] }],
    [33, undefined],
  ])("in v1.%i a pod that requests nothing scores %o", (minor, scores) => {
    const world = new World([node("n"), node("m")], { minor });
    expect(world.scores(pod("p"), "NodeResourcesBalancedAllocation")).toEqual(scores);
  });
});

describe("ImageLocality", () => {
  const image = { names: ["registry.example.com/app:1"], sizeBytes: 1000 * 1024 * 1024 };
  const nodes = [node("n", { images: [image] }), node("m", { images: [image] }), node("o")];

  test.each([
    [26, { n: [31, 31], m: [65, 65], o: [0, 0] }],
    [28, { n: [65, 65], m: [65, 65], o: [0, 0] }],
  ])(
    "in v1.%i a node counts where the image lies as of its own update (26) or now (28)",
    (minor, scores) => {
      expect(new World(nodes, { minor }).scores(pod("p"), "ImageLocality")).toEqual(scores);
    },
  );

  test("an update of the node renews the count", () => {
    const world = new World(nodes);
    world.state.updateNode(nodes[0]!);
    expect(world.scores(pod("p"), "ImageLocality")?.n).toEqual([65, 65]);
  });
});
