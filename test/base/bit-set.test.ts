import fc from "fast-check";
import { expect, test } from "vitest";
import { BitSet } from "../../src/base/bit-set.js";

const step = fc.record({
  kind: fc.constantFrom("add", "add", "add", "delete", "clear"),
  member: fc.oneof(fc.nat(70), fc.nat(3000)),
});

test("does what a Set of integers does, in ascending order", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(3100), (steps, from) => {
      const bits = new BitSet();
      const model = new Set<number>();
      for (const { kind, member } of steps) {
        if (kind === "add") {
          expect(bits.add(member)).toBe(!model.has(member));
          model.add(member);
        } else if (kind === "delete") {
          expect(bits.delete(member)).toBe(model.delete(member));
        } else if (member % 5 === 0) {
          bits.clear();
          model.clear();
        }
        expect(bits.has(member)).toBe(model.has(member));
        expect(bits.size).toBe(model.size);
      }
      const ascending = [...model].sort((x, y) => x - y);
      expect([...bits]).toEqual(ascending);
      expect(bits.next(from)).toBe(ascending.find((member) => member >= from) ?? -1);
    }),
  );
});

test("the last bit of a word, which is the sign, is a member like any other", () => {
  const bits = new BitSet(32);
  expect([bits.add(31), bits.add(63), bits.next(32), bits.has(31), bits.has(30)]).toEqual([
    true,
    true,
    63,
    true,
    false,
  ]);
});
