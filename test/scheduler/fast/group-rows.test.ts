import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GroupBest, GroupRows } from "../../../src/scheduler/fast/group-rows.js";

const SIZES = { blockLog2: 1, superLog2: 1 };

interface Model {
  readonly count: number;
  readonly groupCount: number;
  readonly values: number[];
  readonly groups: number[];
}

function rowsOf({ count, groupCount, values, groups }: Model): GroupRows {
  const rows = new GroupRows(SIZES);
  const columns = {
    values: Int16Array.from(values),
    groups: Uint16Array.from(groups),
  };
  rows.layOut(columns, count, groupCount);
  return rows;
}

/** Positions of a range round the end. */
function range({ count }: Model, start: number, length: number): number[] {
  return Array.from({ length }, (_, i) => (start + i) % count);
}

const model = fc
  .record({ count: fc.integer({ min: 1, max: 70 }), groupCount: fc.integer({ min: 1, max: 5 }) })
  .chain(({ count, groupCount }) =>
    fc.record({
      count: fc.constant(count),
      groupCount: fc.constant(groupCount),
      // Few values, so that there are ties; below 0: refused.
      values: fc.array(fc.integer({ min: -2, max: 3 }), { minLength: count, maxLength: count }),
      groups: fc.array(fc.integer({ min: 0, max: groupCount - 1 }), {
        minLength: count,
        maxLength: count,
      }),
    }),
  );
const change = fc.record({
  position: fc.nat(69),
  value: fc.integer({ min: -2, max: 3 }),
});
const question = fc.record({ start: fc.nat(69), length: fc.nat(70), n: fc.nat(70) });

describe("rows of values in groups", () => {
  test("after any changes they answer as a look at every position does", () => {
    fc.assert(
      fc.property(
        model,
        fc.array(change, { maxLength: 40 }),
        fc.array(question, { minLength: 1, maxLength: 5 }),
        (given, changes, questions) => {
          const state = { ...given, values: [...given.values] };
          const rows = rowsOf(given);
          const { groupCount } = given;
          for (const { position, value } of changes) {
            const at = position % state.count;
            const before = state.values[at]!;
            state.values[at] = value;
            rows.values[at] = value;
            if (value !== before) rows.changed(at, before);
          }
          const totals = Array.from(
            { length: groupCount },
            (_, g) =>
              range(state, 0, state.count).filter(
                (at) => state.values[at]! > 0 && state.groups[at] === g,
              ).length,
          );
          expect([...rows.totals.subarray(0, groupCount)]).toEqual(totals);
          for (const { start, length, n } of questions) {
            const from = start % state.count;
            check(state, rows, { groupCount, from, length: length % (state.count + 1), n });
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});

function check(
  state: Model,
  rows: GroupRows,
  asked: {
    readonly groupCount: number;
    readonly from: number;
    readonly length: number;
    readonly n: number;
  },
): void {
  const { groupCount, from, length, n } = asked;
  const positions = range(state, from, length).filter((at) => state.values[at]! > 0);
  const best = new GroupBest();
  best.reserve(groupCount);
  rows.best(from, length, groupCount, best);
  const targets = new Int32Array(16);
  const open = new Uint8Array(16);
  for (let g = 0; g < groupCount; g += 1) {
    const own = positions.filter((at) => state.groups[at] === g);
    const max = Math.max(0, ...own.map((at) => state.values[at]!));
    const tied = own.filter((at) => state.values[at] === max);
    expect(best.max[g]).toBe(max);
    expect(best.fits[g]).toBe(own.length);
    expect(best.ties[g]).toBe(tied.length);
    targets[g] = max;
    open[g] = g % 2 === 0 ? 1 : 0;
  }
  const isOpen = (at: number): boolean => open[state.groups[at]!] === 1;
  const fitting = positions.filter(isOpen);
  expect(rows.nth(from, length, n, null, open)).toBe(fitting[n] ?? -1);
  if (n >= fitting.length) expect(rows.counted).toBe(fitting.length);
  const hits = fitting.filter((at) => state.values[at] === targets[state.groups[at]!]);
  expect(rows.nth(from, length, n, targets, open)).toBe(hits[n] ?? -1);
  const visited: number[] = [];
  rows.forEachHit(from, length, targets, open, (at) => visited.push(at));
  expect(visited).toEqual(hits);
}
