import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainCopy, plainWith } from "../../src/base/plain-copy.js";

const KEY = fc.constantFrom("a", "b", "10", "2", "__proto__", "label/x");
const OBJECT = fc.array(fc.tuple(KEY, fc.integer()), { maxLength: 5 }).map(Object.fromEntries);

describe("plain copies", () => {
  it("say what a spread says, in its order", () => {
    fc.assert(
      fc.property(OBJECT, OBJECT, (object, fields) => {
        expect(Object.entries(plainCopy(object))).toEqual(Object.entries({ ...object }));
        const spread = { ...object, ...fields };
        expect(Object.entries(plainWith(object, fields))).toEqual(Object.entries(spread));
      }),
    );
  });

  it("leave what they copy as it is", () => {
    const object = { a: 1 };
    expect(plainWith(object, { a: 2, b: 3 })).toEqual({ a: 2, b: 3 });
    expect(object).toEqual({ a: 1 });
  });
});
