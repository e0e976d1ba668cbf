import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { SortedNumbers } from "../../src/traffic/cluster/sorted-numbers.js";

test.prop([fc.array(fc.nat(300), { maxLength: 500 })])(
  "numbers that come and go are in ascending order",
  (numbers) => {
    const sorted = new SortedNumbers();
    const expected = new Set<number>();
    for (const number of numbers) {
      if (expected.delete(number)) {
        sorted.remove(number);
      } else {
        expected.add(number);
        sorted.add(number);
      }
      const ascending = [...expected].sort((a, b) => a - b);
      expect([...sorted.all.subarray(0, sorted.length)]).toEqual(ascending);
    }
  },
);
