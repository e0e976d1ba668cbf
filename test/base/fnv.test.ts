import { expect, test } from "vitest";
import { fnv1a } from "../../src/base/fnv.js";

/** From the tables of the FNV reference code (draft-eastlake-fnv). */
test.each([
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
])("of %j it is what the reference says", (text, hash) => {
  expect(fnv1a(text) >>> 0).toBe(hash);
});
