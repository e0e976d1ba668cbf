import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readKnownFailures, surprises } from "./known-failures.js";
import { runVectorFile } from "./run-vector-file.js";

const VECTORS = fileURLToPath(new URL("./vectors", import.meta.url));

const files = readdirSync(VECTORS).flatMap((folder) =>
  readdirSync(`${VECTORS}/${folder}`)
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name}`),
);

const known = readKnownFailures();

describe("recorded decisions", () => {
  test("every file with known failures exists", () => {
    expect(Object.keys(known).filter((name) => !files.includes(name))).toEqual([]);
  });

  test.each(files)("%s fails where it is known to fail, and nowhere else", (name) => {
    const result = runVectorFile(JSON.parse(readFileSync(`${VECTORS}/${name}`, "utf8")));
    expect(result, "the file holds neither decisions nor cases").not.toBeNull();
    const { unlisted, nowPassing } = surprises(known[name] ?? [], result!);
    const why = result!.failures.find((failure) => unlisted.includes(failure.id))?.differences;
    expect(unlisted, why?.join("\n")).toEqual([]);
    expect(nowPassing, "take these out of known-failures.json").toEqual([]);
  });
});

describe("the list of known failures", () => {
  const failing = (...ids: string[]) => ({ passed: 1, failures: ids.map((id) => ({ id })) });

  test("a failure that is not listed is a surprise", () => {
    expect(surprises(["a"], failing("a", "b")).unlisted).toEqual(["b"]);
  });

  test("so is a listed decision that passes", () => {
    expect(surprises(["a", "b"], failing("a")).nowPassing).toEqual(["b"]);
    expect(surprises("all", failing("a")).nowPassing).not.toEqual([]);
  });
});
