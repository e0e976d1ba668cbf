import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { TIMELINES } from "../../../src/experiment/verification.js";
import {
  isTimelineName,
  listedOf,
  readKnownFailures,
  surprises,
  timelineName,
} from "../known-failures.js";
import { compareFacts } from "./compare.js";
import { FactReader } from "./facts.js";
import { familyOf } from "./families.js";
import { runTimeline } from "./run.js";
import { unsupported } from "./scenario-of.js";
import type { TimelineFile } from "./timeline-file.js";

const VECTORS = fileURLToPath(new URL("../vectors/timelines", import.meta.url));

const known = readKnownFailures();

const files = readdirSync(VECTORS).map(
  (name) => JSON.parse(readFileSync(`${VECTORS}/${name}`, "utf8")) as TimelineFile,
);
const runnable = files.filter((file) => unsupported(file) === null);

/** What the changes of a recording do not hold: the requests, and the revisions of pods. */
const NOT_IN_CHANGES = /evict|drain|pods created of r|^step/;

describe("the reader of facts", () => {
  test.each(files.map((file) => [file.name, file] as const))(
    "finds in the recorded changes of %s what was recorded as facts",
    (_name, file) => {
      const found = new FactReader(file.observed.changes, [], new Map());
      const results = compareFacts(file, found).filter(
        ({ name }) => !NOT_IN_CHANGES.test(name) && !/pods of r\d+$/.test(name),
      );
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
      expect(results.length).toBeGreaterThan(10);
    },
  );
});

/** What the tests below came to, by Kubernetes minor version; autoscaling aside. */
const sums = new Map<string, { facts: number; passed: number }>();
let filesRun = 0;

describe("recorded timelines, run with one seed", () => {
  test("those with known failures exist, and each failure has its reason", () => {
    const names = runnable.map(({ name }) => timelineName(name));
    const listed = Object.entries(known).filter(([name]) => isTimelineName(name));
    expect(listed.filter(([name]) => !names.includes(name))).toEqual([]);
    const reasons = listed.map(([, one]) => (one !== "all" && "reason" in one ? one.reason : ""));
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
  });

  test.each(runnable.map((file) => [file.name, file] as const))(
    "%s fails where it is known to fail, and nowhere else",
    async (name, file) => {
      const { facts } = await runTimeline(file, 1);
      const failed = facts.filter(({ passed }) => !passed);
      const minor = file.kubernetesVersion.replace(/^v?(\d+\.\d+).*$/, "$1");
      const sum = sums.get(minor) ?? { facts: 0, passed: 0 };
      if (familyOf(file) !== "HPA") {
        sum.facts += facts.length;
        sum.passed += facts.length - failed.length;
      }
      sums.set(minor, sum);
      filesRun += 1;
      const { unlisted, nowPassing } = surprises(listedOf(known[timelineName(name)]), {
        passed: facts.length - failed.length,
        failures: failed.map((fact) => ({ id: fact.name })),
      });
      expect(unlisted, "facts that fail without being listed").toEqual([]);
      expect(nowPassing, "take these out of known-failures.json").toEqual([]);
    },
  );
});

describe("what a run claims of its timing", () => {
  test("is what the recorded timelines came to", (context) => {
    if (filesRun < runnable.length) context.skip("not all timelines were run");
    const claims = Object.entries(TIMELINES).map(([version, { facts, passed }]) => [
      version,
      { facts, passed },
    ]);
    expect(claims).toEqual([...sums]);
  });
});
