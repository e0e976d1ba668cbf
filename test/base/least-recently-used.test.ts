import fc from "fast-check";
import { expect, test } from "vitest";
import { LeastRecentlyUsed } from "../../src/base/least-recently-used.js";

test("it remembers the keys put last, as a list from old to new does", () => {
  const step = fc.record({
    group: fc.constantFrom("x", "y"),
    key: fc.constantFrom(..."abcd"),
    value: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (capacity, steps) => {
      const remembered = new LeastRecentlyUsed<number>(capacity);
      let plain: typeof steps = [];
      for (const put of steps) {
        const isSame = (one: typeof put) => one.group === put.group && one.key === put.key;
        remembered.put(put.group, put.key, put.value);
        plain = [...plain.filter((one) => !isSame(one)), put].slice(-capacity);
        expect(remembered.oldestValue).toBe(plain[0]!.value);
        if (put.value === 0) {
          remembered.forgetOldest();
          plain = plain.slice(1);
        }
        for (const group of "xy") {
          for (const key of "abcd") {
            const known = plain.find((one) => one.group === group && one.key === key);
            expect(remembered.get(group, key)).toBe(known?.value);
          }
        }
      }
    }),
  );
});
