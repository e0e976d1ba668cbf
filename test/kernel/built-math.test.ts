import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fc } from "@fast-check/vitest";
import { beforeAll, describe, expect, it } from "vitest";
import * as math from "../../src/kernel/math.js";

const BUILT = resolve("dist/kernel/math.js");
type Functions = Readonly<Record<string, (...args: readonly number[]) => number>>;

/** Arguments of a function that takes more than one number. */
const ARGUMENTS: Readonly<Record<string, fc.Arbitrary<number>[]>> = {
  betainc: [fc.double({ min: 0, max: 1 }), fc.double({ min: 0.1, max: 50 }), fc.constant(3)],
  gammainc: [fc.double({ min: 0, max: 100 }), fc.double({ min: 0.1, max: 50 })],
  gammaincinv: [fc.double({ min: 0, max: 1 }), fc.double({ min: 0.1, max: 50 })],
  pow: [fc.double(), fc.double({ min: -400, max: 400 })],
};

describe("the functions as they are built", () => {
  let built: Functions = {};
  beforeAll(async () => {
    built = (await import(pathToFileURL(BUILT).href)) as Functions;
  });

  it("need no package", () => {
    const text = readFileSync(BUILT, "utf8");
    expect(text).not.toMatch(/^import |require\("/m);
  });

  it("are those of the sources", () => {
    expect(Object.keys(built).sort()).toEqual(Object.keys(math).sort());
  });

  it.each(Object.entries(math as unknown as Functions))(
    "%s gives the same bits",
    (name, source) => {
      const numbers = fc.tuple(...(ARGUMENTS[name] ?? [fc.double()]));
      fc.assert(
        fc.property(numbers, (given) => Object.is(built[name]!(...given), source(...given))),
        {
          numRuns: 300,
        },
      );
    },
  );
});
