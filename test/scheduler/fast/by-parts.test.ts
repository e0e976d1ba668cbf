import fc from "fast-check";
import { expect, test } from "vitest";
import { ByParts } from "../../../src/scheduler/fast/by-parts.js";

test("it finds the values of equal lists, as a Map of their texts does", () => {
  // Few numbers, and texts with one hash, so that lists meet each other.
  const part = fc.oneof(fc.nat(3), fc.constantFrom("", "costarring", "liquid", "a"));
  const list = fc.array(part, { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(list), fc.nat(5), (lists, unwanted) => {
      const byParts = new ByParts<number>();
      const plain = new Map<string, number>();
      const check = () => {
        for (const parts of lists)
          expect(byParts.get(parts)).toBe(plain.get(JSON.stringify(parts)));
        const inOrder = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
        expect(inOrder(byParts.values())).toEqual(inOrder(plain.values()));
      };
      lists.forEach((parts, value) => {
        if (byParts.get(parts) !== undefined) return;
        byParts.add(parts, value);
        plain.set(JSON.stringify(parts), value);
      });
      check();
      const before = plain.size;
      for (const [key, value] of plain) if (value % 6 === unwanted) plain.delete(key);
      expect(byParts.deleteIf((value) => value % 6 === unwanted)).toBe(before - plain.size);
      check();
    }),
  );
});
