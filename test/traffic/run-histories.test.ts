import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { RunHistories } from "../../src/traffic/cluster/run-histories.js";
import { UsageHistory } from "../../src/traffic/cluster/usage-history.js";

const steps = fc.array(
  fc.record({
    afterMicros: fc.integer({ min: 1, max: 20_000_000 }),
    what: fc.constantFrom("sample", "sample", "begin", "end"),
    row: fc.integer({ min: 0, max: 3 }),
    grows: fc.double({ min: 0, max: 5, noNaN: true }),
    begins: fc.integer({ min: 0, max: 3_000_000 }),
  }),
  { maxLength: 60 },
);

describe("histories of runs by columns", () => {
  test.prop([
    steps,
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  ])("tell what a history of each run by itself tells", (moves, looks) => {
    const values = [0, 0, 0, 0];
    const histories = new RunHistories((row) => values[row]!);
    const plain: (UsageHistory | null)[] = [null, null, null, null];
    let now = 0;
    for (const { afterMicros, what, row, grows, begins } of moves) {
      now += afterMicros;
      for (const one of [0, 1, 2, 3]) if (plain[one] !== null) values[one]! += grows * (one + 1);
      const own = plain[row]!;
      if (what === "sample") {
        histories.sample(now, (column) => column.set(values.slice(0, column.length)));
        for (const [one, history] of plain.entries()) history?.push(now, values[one]!);
      } else if (what === "begin" && own === null) {
        values[row] = 0;
        histories.begin(row, now - begins);
        plain[row] = new UsageHistory(now - begins);
      } else if (what === "end" && own !== null) {
        const ended = histories.end(row, now);
        own.push(now, values[row]!);
        expect(ended).toEqual(own);
        plain[row] = null;
      }
      plain.forEach((history, one) => {
        if (history === null) return;
        expect(histories.isOf(one, history.beganMicros)).toBe(true);
        for (const look of looks) {
          const at = Math.floor(history.beganMicros + look * (now - history.beganMicros));
          expect(histories.at(one, at, now)).toBe(history.at(at, now, values[one]!));
        }
        const window = 60_000_000;
        const expected = history.perSecond(window, now, values[one]!);
        expect(histories.perSecond(one, window, now)).toBe(expected);
      });
    }
  });
});
