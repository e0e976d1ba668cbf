import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { VERIFIED } from "../../src/experiment/verification.js";
import type { VectorResult } from "./controllers/run.js";
import { COSTLY, sampleOf } from "./costly.js";
import { isTimelineName, listedOf, readKnownFailures, surprises } from "./known-failures.js";
import { runVectorFile } from "./run-vector-file.js";

const VECTORS = fileURLToPath(new URL("./vectors", import.meta.url));

/** Whole timelines have a test of their own. */
const folders = readdirSync(VECTORS).filter((folder) => !folder.endsWith("timelines"));
const files = folders.flatMap((folder) =>
  readdirSync(`${VECTORS}/${folder}`)
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${folder}/${name}`),
);

const known = readKnownFailures();

interface Replayed {
  recordings: string;
  decisions: number;
  equal: number;
}

/** What the tests below replayed of the scheduler's decisions, by Kubernetes minor version. */
const replayed = new Map<string, Replayed>();
let filesReplayed = 0;

function tally(version: string, result: VectorResult): void {
  const minor = /^v(\d+\.\d+)/.exec(version)?.[1] ?? version;
  const sum = replayed.get(minor) ?? { recordings: "", decisions: 0, equal: 0 };
  replayed.set(minor, sum);
  sum.recordings = `kube-scheduler ${version}`;
  sum.equal += result.passed;
  sum.decisions += result.passed + result.failures.length;
}

describe("recorded decisions", () => {
  test("every file with known failures exists", () => {
    const names = Object.keys(known).filter((name) => !isTimelineName(name));
    expect(names.filter((name) => !files.includes(name))).toEqual([]);
  });

  test.each(files)("%s fails where it is known to fail, and nowhere else", (name) => {
    const file = JSON.parse(readFileSync(`${VECTORS}/${name}`, "utf8")) as { kubernetes?: string };
    const listed = listedOf(known[name]);
    const result = runVectorFile(COSTLY.includes(name) ? sampleOf(file, listed) : file);
    if (result !== null && file.kubernetes !== undefined) tally(file.kubernetes, result);
    filesReplayed += 1;
    expect(result, "the file holds neither decisions nor cases").not.toBeNull();
    const { unlisted, nowPassing } = surprises(listed, result!);
    const why = result!.failures.find((failure) => unlisted.includes(failure.id))?.differences;
    expect(unlisted, why?.join("\n")).toEqual([]);
    expect(nowPassing, "take these out of known-failures.json").toEqual([]);
  });
});

describe("what a run claims to be verified", () => {
  test("is what the replay of the recordings came to, version by version", (context) => {
    if (filesReplayed < files.length) context.skip("not all files were replayed");
    const claims = Object.entries(VERIFIED).map(([version, claim]) => [
      version,
      { ...replayed.get(version) },
      claim,
    ]);
    for (const [version, found, claim] of claims) expect(claim, String(version)).toEqual(found);
    expect([...replayed.keys()].sort()).toEqual(Object.keys(VERIFIED).sort());
  });
});

describe("a file that holds something else", () => {
  test("is of neither form", () => {
    expect(runVectorFile({ steps: [] })).toBeNull();
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
