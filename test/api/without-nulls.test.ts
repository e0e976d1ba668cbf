import { expect, test } from "vitest";
import { withoutNulls } from "../../src/api/without-nulls.js";

test.each([
  [{ a: null, b: 1 }, { b: 1 }],
  [
    { a: { b: null }, c: [{ d: null }] },
    { a: {}, c: [{}] },
  ],
  [
    [null, 1],
    [null, 1],
  ],
  [null, null],
  ["x", "x"],
])("%j becomes %j", (value, expected) => {
  expect(withoutNulls<unknown>(value)).toEqual(expected);
});

test("what has no null is the same object, so that pods go on sharing it", () => {
  const inner = { list: [{ a: 1 }, "x"] };
  const value = { inner, gone: null };
  expect(withoutNulls(inner)).toBe(inner);
  expect(withoutNulls<{ inner: object }>(value).inner).toBe(inner);
});
