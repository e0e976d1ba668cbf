import { describe, expect, test } from "vitest";
import { baselineFile, baselineOf, baselineText } from "../../src/analysis/gate/baseline.js";
import { judge, overall } from "../../src/analysis/gate/judge.js";
import { type GateRule, gateRules } from "../../src/analysis/gate/rules.js";
import { verdictText } from "../../src/analysis/gate/verdict-text.js";
import { readResults } from "../../src/analysis/results/read-results.js";
import { variantsOf } from "../../src/analysis/results/variants.js";
import { type MadeRun, resultsFolder } from "./result-folders.js";

const runs = (metric: string, values: readonly number[], more: Partial<MadeRun> = {}) =>
  values.map((value, i) => ({ variant: "v", seed: i + 1, figures: { [metric]: value }, ...more }));

function variantsIn(made: readonly MadeRun[]) {
  const read = readResults([resultsFolder(made)]);
  if ("issues" in read) throw new Error(read.issues[0]!.message);
  return variantsOf(read.runs);
}

function rule(metric: string, direction: GateRule["direction"], allow: number | string = 0) {
  return gateRules.parse({
    apiVersion: "seatrial.dev/v1alpha1",
    kind: "GateRules",
    rules: [{ metric, direction, allow }],
  }).rules;
}

function verdictsOf(
  before: readonly MadeRun[],
  after: readonly MadeRun[],
  rules: readonly GateRule[],
) {
  return judge(variantsIn(after), baselineOf(variantsIn(before), rules, "9.9.9"), rules);
}

describe("the gate", () => {
  const base = [100, 110, 120, 130];
  const cases: [string, number[], "lower" | "higher", string | number, string][] = [
    ["an equal result", [100, 110, 120, 130], "lower", 0, "passed"],
    ["a change for the better", [90, 101, 108, 118], "lower", 0, "passed"],
    ["a worse one by more than is allowed", [120, 131, 140, 151], "lower", "5%", "failed"],
    ["a worse one within what is allowed", [101, 111.1, 121, 131], "lower", "5%", "passed"],
    ["one whose interval reaches over the limit", [101, 125, 119, 145], "lower", "5%", "undecided"],
    ["a fall of what should be high", [80, 91, 100, 111], "higher", "5%", "failed"],
    ["a rise of what should be high", [120, 131, 140, 151], "higher", "5%", "passed"],
    ["the same amount worse under every seed", [103, 113, 123, 133], "lower", 2, "failed"],
    ["the same amount worse, allowed", [102, 112, 122, 132], "lower", 2, "passed"],
  ];
  test.each(cases)("%s", (_, after, direction, allow, outcome) => {
    const rules = rule("cost_dollars", direction, allow);
    const verdicts = verdictsOf(runs("cost_dollars", base), runs("cost_dollars", after), rules);
    expect(overall(verdicts)).toBe(outcome);
    expect(verdicts).toHaveLength(1);
  });

  test("says how many seeds it would take where it cannot tell", () => {
    const rules = rule("cost_dollars", "lower", "5%");
    const [verdict] = verdictsOf(
      runs("cost_dollars", base),
      runs("cost_dollars", [101, 125, 119, 145]),
      rules,
    );
    expect(verdict!.seedsNeeded).toBeGreaterThan(4);
    expect(verdict!.why).toContain(`about ${verdict!.seedsNeeded} would`);
  });

  test("compares digests and events exactly", () => {
    const before = runs("cost_dollars", [1, 1]);
    const after = before.map((run, i) => (i === 1 ? { ...run, digest: "other" } : run));
    const rules = [...rule("digest", "exact"), ...rule("events", "exact")];
    const verdicts = verdictsOf(before, after, rules);
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(["failed", "passed"]);
    expect(verdicts[0]!.why).toBe("differs under 1 of 2 seeds");
  });

  test.each([
    ["seeds", runs("cost_dollars", [1]), /the results lack 2/],
    ["a variant", runs("cost_dollars", [1, 2], { variant: "w" }), /no runs of made, variant v/],
    ["a figure", runs("node_hours", [1, 2]), /no value of cost_dollars/],
  ])("refuses results that lack %s of the baseline", (_, after, message) => {
    const rules = rule("cost_dollars", "lower");
    expect(() => verdictsOf(runs("cost_dollars", [1, 2]), after, rules)).toThrow(message);
  });

  test("fails where a wait has no known end that the baseline knew, and says so", () => {
    const key = "pod_wait_p99_seconds";
    const before = runs(key, [1, 2, 3]);
    const after = before.map((run, i) =>
      i === 1 ? { ...run, figures: { cost_dollars: 1 } } : run,
    );
    const [verdict] = verdictsOf(before, after, rule(key, "lower", "500%"));
    expect(verdict).toMatchObject({
      outcome: "failed",
      baselineMean: 2,
      mean: null,
      why: "no value under seed 2, where the baseline has one",
    });
    expect(verdictText([verdict!], "github")).toContain("no value under seed 2");
  });

  test("refuses a rule that holds nothing", () => {
    const some = runs("cost_dollars", [1, 2]);
    expect(() => verdictsOf(some, some, rule("node_hours", "lower"))).toThrow(
      /no value of node_hours/,
    );
  });
});

describe("a baseline", () => {
  test("is read as it was written, and its text is the same whatever the order of the runs", () => {
    const made = [
      ...runs("cost_dollars", [1, 2]),
      ...runs("cost_dollars", [3, 4], { variant: "a" }),
    ];
    const rules = rule("cost_dollars", "lower");
    const baseline = baselineOf(variantsIn(made), rules, "9.9.9");
    expect(baselineFile.parse(JSON.parse(baselineText(baseline)))).toEqual(baseline);
    const turned = baselineOf(variantsIn([...made].reverse()), rules, "9.9.9");
    expect(baselineText(turned)).toBe(baselineText(baseline));
  });
});

describe("what is printed", () => {
  const verdicts = () =>
    verdictsOf(
      runs("cost_dollars", [100, 110], { scenario: "a<b>%" }),
      runs("cost_dollars", [120, 131], { scenario: "a<b>%" }),
      rule("cost_dollars", "lower", 2),
    );

  test("is a test report with the failure in it", () => {
    const text = verdictText(verdicts(), "junit");
    expect(text).toContain('tests="1" failures="1" skipped="0"');
    expect(text).toContain('<testcase classname="a&lt;b&gt;%" name="v: cost_dollars">');
    expect(text).toContain('<failure message="a&lt;b&gt;%, v: cost_dollars 105 → 125.5 (+19.5 %)');
  });

  test("is an annotation, whose text cannot end the command", () => {
    expect(verdictText(verdicts(), "github")).toMatch(
      /^::error title=seatrial gate::a<b>%25, v: cost_dollars 105 → 125.5 \(\+19.5 %25\): .*\n$/,
    );
  });
});
