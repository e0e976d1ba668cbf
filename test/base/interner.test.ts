import { expect, test } from "vitest";
import { Interner } from "../../src/base/interner.js";

test("gives small integers in the order of first use, and the strings back", () => {
  const interner = new Interner();
  expect(["b", "a", "b", ""].map((name) => interner.intern(name))).toEqual([0, 1, 0, 2]);
  expect(interner.size).toBe(3);
  expect([0, 1, 2].map((id) => interner.name(id))).toEqual(["b", "a", ""]);
  expect(interner.find("a")).toBe(1);
  expect(interner.find("c")).toBeUndefined();
  expect(() => interner.name(3)).toThrow("no interned string has the id 3");
});
