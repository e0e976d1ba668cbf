import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fc } from "@fast-check/vitest";
import { beforeAll, describe, expect, it } from "vitest";
import * as math from "../../src/kernel/math.js";

const BUILT = resolve("dist/kernel/math.js");
/** Names of packages in imports of all forms. */
const IMPORTED = /(?:^(?:import [^"\n]*?|\} from )|\b(?:__)?require\()"([^"./\n][^"\n]*)"/gm;
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

  it("need no package that is not a dependency, nor does anything else that is built", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const known = (name: string) =>
      name.startsWith("node:") ||
      Object.keys(dependencies).some((one) => name === one || name.startsWith(`${one}/`));
    const files = readdirSync("dist", { recursive: true, encoding: "utf8" });
    const packages = files
      .filter((name) => name.endsWith(".js"))
      .flatMap((name) => [...readFileSync(`dist/${name}`, "utf8").matchAll(IMPORTED)])
      .map(([, name]) => name!);
    expect(packages.filter((name) => !known(name))).toEqual([]);
    expect(packages.length).toBeGreaterThan(10);
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
