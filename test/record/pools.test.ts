import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { node, pod, spec } from "./objects.js";
import { figure, MINUTE, recorder, SECOND } from "./recording.js";

const HOUR = 60 * MINUTE;
const OFFERS = { cpu: "4", memory: "8Gi", pods: "110" };
const PRICES: Readonly<Record<string, number | null>> = { small: 0.25, large: 2, own: null };

/** A recorder that knows the pools of nodes by their label, with a window of its own. */
const recording = (window = { fromMicros: 0, toMicros: HOUR }) =>
  recorder({
    window,
    priceOf: ({ labels }) => {
      const { pool = "" } = labels;
      return { pool, pricePerHourDollars: PRICES[pool] ?? null };
    },
  });

const machine = (name: string, pool: string) => node(name, OFFERS, { pool });

describe("the nodes of a pool", () => {
  it("that come after the start and that go are counted, and no others", () => {
    const r = recording();
    r.objectChanged(null, machine("a", "small"), 0);
    r.objectChanged(null, machine("b", "small"), MINUTE);
    r.objectChanged(null, machine("c", "large"), 2 * MINUTE);
    r.objectChanged(machine("a", "small"), null, 3 * MINUTE);
    const figures = r.finish(HOUR);
    const counts = (metric: string) =>
      ["", "pool=small", "pool=large"].map((labels) => figure(figures, metric, labels));
    expect(counts("nodes_added_count")).toEqual([2, 1, 1]);
    expect(counts("nodes_removed_count")).toEqual([1, 1, 0]);
  });

  it("are not told of where none comes and none goes", () => {
    const r = recording();
    r.objectChanged(null, machine("a", "small"), 0);
    expect(figure(r.finish(HOUR), "nodes_added_count")).toBeUndefined();
  });

  it("are asked for a share of what they offer, over the time that they offer it", () => {
    const r = recording({ fromMicros: 30 * MINUTE, toMicros: HOUR });
    r.objectChanged(null, machine("a", "small"), 0);
    const placed = pod({ row: 0, name: "p", nodeName: "a", spec: spec({ cpu: "2" }) });
    r.objectChanged(null, placed, 0);
    r.objectChanged(null, machine("b", "small"), 45 * MINUTE);
    const figures = r.finish(HOUR);
    // 2 cores for half an hour, of 4 for half an hour and 4 for a quarter.
    const labels = "pool=small;resource=cpu";
    expect(figure(figures, "pool_allocation_mean_ratio", labels)).toBeCloseTo(1 / 3, 12);
  });
});

describe("pods that nodes were asked for", () => {
  it("wait until they are bound or gone", () => {
    const r = recording();
    const [a, b] = [pod({ row: 0, name: "a" }), pod({ row: 1, name: "b" })];
    for (const one of [a, b]) r.objectChanged(null, one, 0);
    r.nodesAskedFor("small", [a, b], 10 * MINUTE);
    r.objectChanged(a, a.next({ nodeName: "n" }), 16 * MINUTE);
    // The first node did not come: another pool is asked.
    r.nodesAskedFor("large", [b], 22 * MINUTE);
    r.objectChanged(b, null, 40 * MINUTE);
    const figures = r.finish(HOUR);
    const hours = (labels: string) => figure(figures, "waiting_for_nodes_hours", labels);
    expect(hours("pool=small")).toBeCloseTo((6 + 12) / 60, 12);
    expect(hours("pool=large")).toBeCloseTo(18 / 60, 12);
    expect(hours("")).toBeCloseTo(36 / 60, 12);
    expect(figure(figures, "waited_for_nodes_count")).toBe(3);
  });
});

describe("the cost of a run", () => {
  const LIFE = fc.record({
    pool: fc.constantFrom("small", "large", "own"),
    from: fc.nat({ max: 7200 }),
    seconds: fc.nat({ max: 7200 }),
  });

  it("is the integral of the prices of the nodes that are there, within the window", () => {
    fc.assert(
      fc.property(
        fc.array(LIFE, { maxLength: 12 }),
        fc.nat({ max: 3600 }),
        fc.integer({ min: 1, max: 3600 }),
        (lives, opens, lasts) => {
          const window = { fromMicros: opens * SECOND, toMicros: (opens + lasts) * SECOND };
          const r = recording(window);
          const changes = lives.flatMap(({ pool, from, seconds }, i) => {
            const version = machine(`n${i}`, pool);
            return [
              { at: from, before: null, after: version },
              { at: from + seconds, before: version, after: null },
            ];
          });
          for (const { at, before, after } of changes.sort((a, b) => a.at - b.at)) {
            r.objectChanged(before, after, at * SECOND);
          }
          const figures = r.finish(4 * HOUR);
          let dollars = 0;
          for (const { pool, from, seconds } of lives) {
            const begins = Math.max(from, opens);
            const ends = Math.min(from + seconds, opens + lasts);
            dollars += (Math.max(0, ends - begins) / 3600) * (PRICES[pool] ?? 0);
          }
          const hasPrice = lives.some(({ pool }) => PRICES[pool] !== null);
          const cost = figure(figures, "cost_dollars");
          if (hasPrice) expect(cost).toBeCloseTo(dollars, 9);
          else expect(cost).toBeNaN();
        },
      ),
      { numRuns: 60, seed: 17 },
    );
  });
});
