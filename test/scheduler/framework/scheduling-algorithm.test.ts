import { describe, expect, test } from "vitest";
import { FIRST_FIT } from "../../../src/scheduler/framework/profile.js";
import {
  numFeasibleNodesToFind,
  type Unschedulable,
} from "../../../src/scheduler/framework/scheduling-algorithm.js";
import { World, node, pod, requesting } from "../world.js";

const many = (count: number) => Array.from({ length: count }, (_, i) => node(`n${i}`));

describe("sampling", () => {
  test.each([
    [0, 50, 50],
    [0, 99, 99],
    [0, 100, 100],
    [0, 1000, 420],
    [0, 6000, 300],
    [40, 1000, 400],
    [5, 1000, 100],
    [100, 5000, 5000],
    [FIRST_FIT, 5000, 1],
    [FIRST_FIT, 0, 0],
  ])("with %i %% of %i nodes, %i are wanted", (percentage, nodes, wanted) => {
    expect(numFeasibleNodesToFind(percentage, nodes)).toBe(wanted);
  });

  test("the next search starts where the last one ended", () => {
    const world = new World(many(250), { percentageOfNodesToScore: 1 });
    world.decide(pod("a"));
    expect(world.algorithm.nextStartNodeIndex).toBe(100);
    world.decide(pod("b"));
    world.decide(pod("c"));
    expect(world.algorithm.nextStartNodeIndex).toBe(50);
  });

  test("a profile's percentage goes before the configuration's", () => {
    const profile = { percentageOfNodesToScore: 60 };
    const world = new World(many(200), { percentageOfNodesToScore: 100, profile });
    expect(world.schedule(pod("a")).evaluatedNodes).toBe(120);
  });
});

describe("a profile in which nothing scores", () => {
  const profile = { plugins: { score: { disabled: [{ name: "*" }] } } };

  test.each([
    [29, 100, "n99", 0],
    [30, 2, "n1", 2],
  ])("in v1.%i looks at %i nodes, whatever the percentage", (minor, evaluated, chosen, next) => {
    const chooseTie = (count: number) => count - 1;
    const world = new World(many(100), {
      minor,
      profile,
      percentageOfNodesToScore: 100,
      chooseTie,
    }).place("n0", pod("big", requesting({ cpu: "4" })));
    const wish = pod("p", requesting({ cpu: "1" }));
    expect(world.schedule(wish).evaluatedNodes).toBe(evaluated);
    expect(world.algorithm.nextStartNodeIndex).toBe(next);
    world.algorithm.nextStartNodeIndex = 0;
    expect(world.decide(wish)).toBe(chosen);
  });

  test("may be one for which no node fits", () => {
    const world = new World(many(3), { minor: 30, profile });
    expect(world.decide(pod("p", requesting({ cpu: "9" })))).toMatch(
      /^0\/3 nodes are available: 3 /,
    );
  });
});

describe("the choice among equals", () => {
  test("is the first in the order in which the nodes came", () => {
    const zoned = (name: string, zone: string) =>
      node(name, { labels: { "topology.kubernetes.io/zone": zone } });
    const world = new World([zoned("a", "x"), zoned("b", "x"), zoned("c", "y")]);
    world.place("a", pod("big", requesting({ cpu: "2" })));
    expect(world.decide(pod("p"))).toBe("b");
  });

  test("may be drawn: every tie is chosen, and nothing else", () => {
    let draw = 0;
    const world = new World(many(4), { chooseTie: (count) => draw++ % count });
    world.place("n1", pod("big", requesting({ cpu: "3" })));
    const chosen = Array.from({ length: 3 }, () => world.decide(pod("p")));
    expect(chosen).toEqual(["n0", "n2", "n3"]);
  });
});

describe("a nominated node", () => {
  const nominee = pod("p", requesting({ cpu: "3" }), { nominatedNodeName: "n2" });

  test("that fits is the only one looked at", () => {
    const outcome = new World(many(5)).schedule(nominee);
    expect(outcome).toMatchObject({ kind: "scheduled", nominatedNodeFit: true, evaluatedNodes: 1 });
  });

  test("that does not fit leaves the choice to the others", () => {
    const world = new World(many(3)).place("n2", pod("big", requesting({ cpu: "2" })));
    const outcome = world.schedule(nominee);
    expect(outcome).toMatchObject({ kind: "scheduled", nominatedNodeFit: false });
    expect(world.decide(nominee)).toBe("n0");
  });

  test.each([
    ["of higher priority keeps its room", 10, "0/1 nodes are available: 1 Insufficient cpu."],
    ["of equal priority keeps its room", 5, "0/1 nodes are available: 1 Insufficient cpu."],
    ["of lower priority does not", 1, "n0"],
  ])("a pod nominated there %s", (_, priority, decision) => {
    const world = new World(many(1));
    world.nominate(pod("waiting", { ...requesting({ cpu: "3" }), priority }), "n0");
    const incoming = pod("p", {
      ...requesting({ cpu: "2" }),
      priority: 5,
      preemptionPolicy: "Never",
    });
    expect(world.decide(incoming).replace(/ preemption.*/, "")).toBe(decision);
  });

  test("filters run twice only where a nominated pod counts", () => {
    const world = new World(many(2)).nominate(pod("waiting", { priority: 10 }), "n0");
    const before = world.framework.calls.filter;
    world.decide(pod("p"));
    const filters = world.framework.calls.filter - before;
    expect(filters % 3).toBe(0);
    expect(filters).toBeGreaterThan(0);
  });
});

describe("without a node", () => {
  test("a cluster without nodes has upstream's words for it", () => {
    const outcome = new World([]).schedule(pod("p"));
    expect(outcome.kind).toBe("unschedulable");
    expect(new World([]).decide(pod("p"))).toBe("no nodes available to schedule pods");
  });

  test("reasons are counted over the nodes and sorted as text", () => {
    const nodes = [...many(10), node("small", { allocatable: { cpu: "1", memory: "1Gi" } })];
    const wish = pod("p", {
      ...requesting({ cpu: "8", memory: "2Gi" }),
      preemptionPolicy: "Never",
    });
    expect(new World(nodes).decide(wish)).toBe(
      "0/11 nodes are available: 1 Insufficient memory, 11 Insufficient cpu." +
        " preemption: not eligible due to preemptionPolicy=Never..",
    );
  });
});

describe("nodes that the pod names itself", () => {
  const naming = (...names: string[]) =>
    pod("p", {
      ...requesting({ cpu: "9" }),
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: names.map((name) => ({
              matchFields: [{ key: "metadata.name", operator: "In", values: [name] }],
            })),
          },
        },
      },
    });

  test.each([
    [26, 'error: nodeinfo not found for node name "gone"'],
    [29, 'error: nodeinfo not found for node name "gone"'],
    [
      30,
      "0/3 nodes are available: 1 Insufficient cpu, 2 node is filtered out by the prefilter result. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
    [
      32,
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ],
  ])("in v1.%i, one of them gone: %s", (minor, message) => {
    expect(new World(many(3), { minor }).decide(naming("n1", "gone"))).toBe(message);
  });

  test.each([
    [30, ["NodeResourcesFit"]],
    [31, ["NodeAffinity", "NodeResourcesFit"]],
  ])("in v1.%i are looked at again for events of %j", (minor, plugins) => {
    const { diagnosis } = new World(many(3), { minor }).schedule(naming("n1")) as Unschedulable;
    expect([...diagnosis.unschedulablePlugins()].sort()).toEqual(plugins);
  });
});
