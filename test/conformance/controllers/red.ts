import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { AREAS } from "./areas.js";
import type { Json, JsonObject } from "./compare.js";
import { type ControllerCase, type ControllerFile, caseDifferences } from "./run.js";

const VECTORS = fileURLToPath(new URL("../vectors/controllers", import.meta.url));

const files = readdirSync(VECTORS)
  .map((name) => JSON.parse(readFileSync(`${VECTORS}/${name}`, "utf8")) as ControllerFile)
  .filter((file) => file.area in AREAS);

interface Alteration {
  /** The key that is altered, without indices: `requirements.key`. */
  readonly key: string;
  readonly expect: JsonObject;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every way to alter one place of a recorded value, with the key it stands under. */
function alterations(value: Json, key: string): { key: string; value: Json }[] {
  if (typeof value === "boolean") return [{ key, value: !value }];
  if (typeof value === "number") return [{ key, value: value + 1 }];
  if (typeof value === "string") return [{ key, value: `${value}x` }];
  if (value === null) return [{ key, value: "something" }];
  if (!isObject(value)) {
    const list = value as readonly Json[];
    const inside = list.flatMap((element, i) =>
      alterations(element, `${key}[]`).map((a) => ({ ...a, value: list.with(i, a.value) })),
    );
    return [{ key, value: [...list, "one too many"] }, ...inside];
  }
  const added = { key, value: { ...value, oneTooMany: 1 } };
  const inside = Object.entries(value).flatMap(([field, element]) =>
    alterations(element, `${key}.${field}`).map((a) => ({
      ...a,
      value: { ...value, [field]: a.value },
    })),
  );
  return [added, ...inside];
}

function alteredExpectations(testCase: ControllerCase): Alteration[] {
  return Object.entries(testCase.expect).flatMap(([key, value]) =>
    alterations(value, key).map((altered) => ({
      key: altered.key,
      expect: { ...testCase.expect, [key]: altered.value },
    })),
  );
}

/** One of so many cases of each suite, its first among them. */
function sampled(cases: readonly ControllerCase[], each: number): readonly ControllerCase[] {
  const met = new Map<string, number>();
  return cases.filter(({ suite }) => {
    const before = met.get(suite) ?? 0;
    met.set(suite, before + 1);
    return before % each === 0;
  });
}

/** Alters what is recorded of one of so many cases. */
export function testAlterations(each: number): void {
  describe.each(files)("$area", (file) => {
    const passing = sampled(file.cases, each).filter(
      (testCase) => caseDifferences(file.area, testCase).length === 0,
    );

    test("each kind of recorded key turns the runner red when it is altered", () => {
      const keys = new Set<string>();
      const unnoticed: string[] = [];
      for (const testCase of passing) {
        for (const { key, expect: altered } of alteredExpectations(testCase)) {
          keys.add(`${testCase.suite} ${key}`);
          if (caseDifferences(file.area, { ...testCase, expect: altered }).length === 0) {
            unnoticed.push(`${testCase.id} ${key}`);
          }
        }
      }
      expect(unnoticed).toEqual([]);
      const recorded = passing.flatMap((testCase) =>
        Object.keys(testCase.expect).map((key) => `${testCase.suite} ${key}`),
      );
      expect(recorded.filter((key) => !keys.has(key))).toEqual([]);
      expect(keys.size).toBeGreaterThan(0);
    });

    test("an unknown key and an unknown suite turn it red", () => {
      for (const testCase of passing) {
        const more = { ...testCase, expect: { ...testCase.expect, unheardOf: true } };
        expect(caseDifferences(file.area, more)).not.toEqual([]);
        const other = { ...testCase, suite: `${testCase.suite}.unheardOf` };
        expect(caseDifferences(file.area, other)).not.toEqual([]);
      }
    });
  });

  test("a file of an unknown area fails whole", () => {
    const testCase = files[0]!.cases[0]!;
    expect(caseDifferences("unheardOf", testCase)).toEqual([
      `not supported yet: unheardOf, ${testCase.suite}`,
    ]);
  });
}
