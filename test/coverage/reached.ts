import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type CalledFunction, type CoveredProcess, runCovered } from "./called-functions.js";

const VECTORS = "test/conformance/vectors";
const SCENARIOS = "test/coverage/scenarios";
/** What works on the results of runs, after them. */
const OF_RESULTS = "src/analysis/";
/** By file and function: why no scenario can reach it. */
const NOT_REACHED = JSON.parse(readFileSync("test/coverage/not-reached.json", "utf8")) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

const scenarioFiles = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => join(SCENARIOS, name));
const listed = Object.entries(NOT_REACHED).flatMap(([file, functions]) =>
  Object.keys(functions).map((name) => `${file}: ${name}`),
);

/** Every recording of decisions of the scheduler by name, `fit-01.json` for one. */
export const DECISIONS = readdirSync(`${VECTORS}/scheduler`);

/**
 * The recordings that the conformance runner replays say nothing about a simulation that takes
 * another path than the runner does. So whatever the runner calls, scenarios must call as well.
 * Of the scheduler, these are the files of decisions by name.
 */
export function testReached(files: readonly string[]): void {
  const decisions = files.map((name) => `${VECTORS}/scheduler/${name}`);
  describe("what the conformance runner calls, scenarios reach", () => {
    const results = mkdtempSync(join(tmpdir(), "seatrial-reached-"));
    let conformance: CoveredProcess;
    let scenarios: CoveredProcess;

    beforeAll(async () => {
      const run = ["src/cli/main.ts", "run", "scenarios/quickstart.yaml", ...scenarioFiles];
      [conformance, scenarios] = await Promise.all([
        runCovered(["test/conformance/main.ts", `${VECTORS}/controllers`, ...decisions]),
        // A pod that fits nowhere, in the scenarios that have one.
        runCovered([...run, "--explain", "giant", "--out", results]),
      ]);
    }, 600_000);

    afterAll(() => rmSync(results, { recursive: true, force: true }));

    const textOf = ({ file, name }: CalledFunction): string => `${file}: ${name}`;
    const missed = (): readonly string[] =>
      [...conformance.called.values()]
        .filter(({ key, file }) => !scenarios.called.has(key) && !file.startsWith(OF_RESULTS))
        .map(textOf);

    test("both ran to their end", () => {
      // 1: recordings of what is not modelled yet, which known-failures.json lists.
      expect([0, 1], conformance.output.slice(-2000)).toContain(conformance.exitCode);
      expect(conformance.output).toMatch(/^\d{4,} passed, \d+ failed$/m);
      expect(conformance.called.size).toBeGreaterThan(800);
    });

    test("the scenarios end as they expect", () => {
      expect(scenarios.exitCode, scenarios.output.slice(-2000)).toBe(0);
    });

    test.each(scenarioFiles)("%s expects something", (file) => {
      const { spec } = parse(readFileSync(file, "utf8")) as {
        spec: { expect?: readonly unknown[] };
      };
      expect(spec.expect?.length ?? 0).toBeGreaterThan(0);
    });

    test("no function is missed but those that are listed, each with its reason", () => {
      expect(missed().filter((text) => !listed.includes(text))).toEqual([]);
      for (const reasons of Object.values(NOT_REACHED)) {
        for (const reason of Object.values(reasons)) expect(reason.length).toBeGreaterThan(20);
      }
    });

    test("every function that is listed is missed", () => {
      const all = missed();
      expect(listed.filter((text) => !all.includes(text))).toEqual([]);
    });
  });
}
