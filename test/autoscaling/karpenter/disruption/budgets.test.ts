import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DisruptionBudget,
  DisruptionBudgets,
  UNLIMITED,
} from "../../../../src/autoscaling/karpenter/disruption/budgets.js";

const NOON = Date.UTC(2030, 0, 15, 12) * 1000;
const allowed = (budgets: readonly DisruptionBudget[], nodeCount = 10, now = NOON) =>
  DisruptionBudgets.of(budgets).allowed("Empty", nodeCount, now);

describe("budgets that cannot be read", () => {
  test.each([
    [{ nodes: "half" }, 'nodes: "half" is neither a count nor a percentage'],
    [{ nodes: "5", schedule: "61 * * * *", duration: "1h" }, /^schedule: .*above maximum/],
    [{ nodes: "5", schedule: "@daily", duration: "long" }, 'duration: "long" is no duration'],
    [{ nodes: "5", duration: "1h" }, "schedule: empty spec string"],
  ])("%j forbids everything and says why", (budget, why) => {
    const { flaws } = DisruptionBudgets.of([budget]);
    expect(flaws.map(({ message }) => message)).toEqual([
      typeof why === "string" ? expect.stringContaining(why) : expect.stringMatching(why),
    ]);
    expect(allowed([budget, { nodes: "100%" }])).toBe(0);
  });
});

describe("the window of a budget", () => {
  const budget = [{ nodes: "1", schedule: "0 9 * * *", duration: "3h" }];
  test.each([
    ["before it begins", -3 * 3600e6 - 1, UNLIMITED],
    ["at its beginning", -3 * 3600e6, 1],
    ["an instant before its end", -1, 1],
    ["at its end", 0, UNLIMITED],
  ])("%s", (_, offset, count) => {
    expect(allowed(budget, 10, NOON + offset)).toBe(count);
  });
});

test("no budget allows more than the others do, and a share is rounded up", () => {
  const budget = fc.oneof(
    fc.nat(50).map(String),
    fc.nat(100).map((percent) => `${percent}%`),
  );
  fc.assert(
    fc.property(fc.array(budget, { maxLength: 4 }), fc.nat(200), (texts, nodeCount) => {
      const alone = texts.map((nodes) => allowed([{ nodes }], nodeCount));
      expect(
        allowed(
          texts.map((nodes) => ({ nodes })),
          nodeCount,
        ),
      ).toBe(Math.min(UNLIMITED, ...alone));
      for (const [at, nodes] of texts.entries()) {
        const share = (Number.parseInt(nodes, 10) * nodeCount) / 100;
        if (nodes.endsWith("%")) expect(alone[at]).toBe(Math.ceil(share));
      }
    }),
  );
});
