import { expect, test } from "vitest";
import { float64Column, int32Column, uint8Column } from "../../src/base/typed-column.js";

test.each([
  ["doubles", float64Column, 0.1],
  ["32-bit integers", int32Column, -2_000_000_000],
  ["bytes", uint8Column, 255],
])("a column of %s grows and keeps what was pushed and set", (_, make, value) => {
  const column = make();
  for (let i = 0; i < 1000; i++) column.push(i % 100);
  column.set(999, value);
  expect(column.length).toBe(1000);
  expect(column.get(999)).toBe(value);
  expect(Array.from({ length: 999 }, (_, i) => column.get(i))).toEqual(
    Array.from({ length: 999 }, (_, i) => i % 100),
  );
});
