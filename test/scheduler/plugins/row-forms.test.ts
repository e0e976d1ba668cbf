import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CycleState } from "../../../src/scheduler/framework/cycle-state.js";
import type { Result } from "../../../src/scheduler/framework/interfaces.js";
import { AMOUNTS_PER_NODE } from "../../../src/scheduler/framework/node-amounts.js";
import { World, node, pod } from "../world.js";

const quantity = (values: readonly string[]) => fc.constantFrom(...values);
const requests = fc.record(
  {
    cpu: quantity(["0", "1m", "333m", "1", "40"]),
    memory: quantity(["0", "1", "100Mi", "1Gi"]),
    "ephemeral-storage": quantity(["0", "1Gi"]),
  },
  { requiredKeys: [] },
);
const container = requests.map((wanted) => ({
  name: "c",
  image: "i",
  resources: { requests: wanted },
}));
const podSpec = fc.record({
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
  overhead: fc.constantFrom(undefined, { cpu: "250m" }),
});
const allocatable = fc.record(
  {
    cpu: quantity(["0", "4", "63", "64"]),
    memory: quantity(["0", "8Gi", "999999999999"]),
    "ephemeral-storage": quantity(["0", "10Gi"]),
    pods: quantity(["1", "3", "110"]),
  },
  { requiredKeys: ["pods"] },
);
const weighted = fc.uniqueArray(
  fc.record({ name: fc.constantFrom("cpu", "memory"), weight: fc.integer({ min: 1, max: 100 }) }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 2 },
);
const shape = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 })
  .chain((points) =>
    fc
      .array(fc.integer({ min: 0, max: 10 }), {
        minLength: points.length,
        maxLength: points.length,
      })
      .map((scores) =>
        points.sort((a, b) => a - b).map((utilization, i) => ({ utilization, score: scores[i]! })),
      ),
  );
const strategy = fc.oneof(
  fc.record({
    type: fc.constantFrom("LeastAllocated", "MostAllocated"),
    resources: weighted,
  }),
  fc.record({
    type: fc.constant("RequestedToCapacityRatio"),
    resources: weighted,
    requestedToCapacityRatio: fc.record({ shape }),
  }),
);

/** What a plugin of the profile that scores or filters is called. */
interface Plugin {
  readonly name: string;
}

function named<T extends Plugin>(plugins: readonly T[], name: string): T {
  return plugins.find((plugin) => plugin.name === name)!;
}

describe("the rules on rows of numbers answer as those on nodes", () => {
  test("fit, its three strategies, and balance, over random pods and nodes", () => {
    const seen = { fits: 0, refused: 0, refusedForGood: 0 };
    fc.assert(
      fc.property(
        fc.record({
          minor: fc.integer({ min: 25, max: 34 }),
          scoringStrategy: strategy,
          balanced: weighted,
          nodes: fc.array(allocatable, { minLength: 1, maxLength: 6 }),
          placed: fc.array(podSpec, { maxLength: 8 }),
          incoming: podSpec,
        }),
        ({ minor, scoringStrategy, balanced, nodes, placed, incoming }) => {
          const resources = balanced.map(({ name }) => ({ name, weight: 1 }));
          const world = new World(
            nodes.map((given, i) => node(`n${i}`, { allocatable: given })),
            {
              minor,
              profile: {
                pluginConfig: [
                  { name: "NodeResourcesFit", args: { scoringStrategy } },
                  { name: "NodeResourcesBalancedAllocation", args: { resources } },
                ],
              },
            },
          );
          placed.forEach((spec, i) => {
            const nodeName = `n${i % nodes.length}`;
            world.state.addPod(pod(`there-${i}`, spec as never, { nodeName }));
          });
          const info = world.state.podInfos.podInfo(pod("p", incoming as never));
          const state = new CycleState();
          const { filterPlugins, scorePlugins } = world.framework;
          const scorers = scorePlugins.map(({ plugin }) => plugin);
          const fit = named(filterPlugins, "NodeResourcesFit");
          const infos = world.state.nodes;
          const offsets = Int32Array.from(infos, ({ row }) => row * AMOUNTS_PER_NODE);
          const { columns } = world.state.amounts;

          const refusals = new Int32Array(infos.length);
          const statuses = new Map<number, Result>();
          const rows = fit.rowFilter!(info);
          rows?.filterRows(columns, offsets, infos.length, refusals);
          for (const [i, each] of rows === null ? [] : infos.entries()) {
            const status = fit.filter(state, info, each);
            expect(refusals[i] === 0).toBe(status === null);
            // Equal numbers stand for one and the same status.
            if (statuses.has(refusals[i]!)) expect(statuses.get(refusals[i]!)).toBe(status);
            statuses.set(refusals[i]!, status);
            if (status === null) seen.fits += 1;
            else if (status.code === "Unschedulable") seen.refused += 1;
            else seen.refusedForGood += 1;
          }

          for (const name of ["NodeResourcesFit", "NodeResourcesBalancedAllocation"]) {
            const scorer = named(scorers, name);
            const totals = new Float64Array(infos.length).fill(7);
            scorer.rowScore!(info)!.addScores(columns, offsets, infos.length, totals, 3);
            const expected = infos.map((each) => 7 + 3 * scorer.score(state, info, each));
            expect([...totals]).toEqual(expected);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(seen.fits).toBeGreaterThan(100);
    expect(seen.refused).toBeGreaterThan(100);
    expect(seen.refusedForGood).toBeGreaterThan(0);
  });

  test("what the numbers do not tell has no such form", () => {
    const world = new World([node("n")]);
    const { filterPlugins } = world.framework;
    const fit = named(filterPlugins, "NodeResourcesFit");
    const wanted = {
      containers: [{ name: "c", image: "i", resources: { requests: { "a.io/x": "1" } } }],
    };
    const info = world.state.podInfos.podInfo(pod("p", wanted as never));
    expect(fit.rowFilter!(info)).toBeNull();
  });
});
