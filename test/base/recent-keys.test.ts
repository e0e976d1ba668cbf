import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_SLOT, RecentKeys } from "../../src/base/recent-keys.js";

test("it remembers the keys touched last, as a list from old to new does", () => {
  const step = fc.record({
    group: fc.constantFrom("x", "y"),
    key: fc.constantFrom(..."abcd"),
    value: fc.nat(9),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (capacity, steps) => {
      const recent = new RecentKeys(capacity);
      const values: number[] = [];
      let plain: typeof steps = [];
      for (const put of steps) {
        const known = plain.find(({ group, key }) => group === put.group && key === put.key);
        const slot = recent.touch(put.group, put.key);
        expect(recent.isNew).toBe(known === undefined);
        if (known !== undefined) expect(values[slot]).toBe(known.value);
        values[slot] = put.value;
        plain = [...plain.filter((one) => one !== known), put].slice(-capacity);
        expect(values[recent.oldest]).toBe(plain[0]!.value);
        if (put.value === 0) {
          recent.forgetOldest();
          plain = plain.slice(1);
        }
        if (plain.length === 0) expect(recent.oldest).toBe(NO_SLOT);
      }
    }),
  );
});
