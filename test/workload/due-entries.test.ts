import fc from "fast-check";
import { expect, test } from "vitest";
import { DueEntries } from "../../src/workload/timeline/due-entries.js";

const entry = fc.record({
  firstMicros: fc.nat({ max: 20 }),
  everyMicros: fc.option(fc.integer({ min: 1, max: 9 })),
});

test("entries are taken as by a look at all of them at each time", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const waiting = new DueEntries();
      for (const [index, { firstMicros }] of entries.entries()) waiting.add(index, firstMicros);
      const due = entries.map(({ firstMicros }) => firstMicros);
      for (let now = 0; now < 40; now += 1) {
        const at = Math.min(...due, Number.POSITIVE_INFINITY);
        expect(waiting.nextMicros).toBe(at);
        // Now and then nobody looks for a while.
        if (now % 7 < 2) continue;
        const plain = [...due.keys()].filter((index) => due[index]! <= now);
        const taken = waiting.take(now);
        expect(taken.map(({ index }) => index)).toEqual(plain);
        for (const { index, atMicros } of taken) {
          expect(atMicros).toBe(due[index]);
          const every = entries[index]!.everyMicros;
          due[index] = every === null ? Number.POSITIVE_INFINITY : atMicros + every;
          if (every !== null) waiting.add(index, due[index]!);
        }
      }
    }),
  );
});
