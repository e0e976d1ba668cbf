import { METRICS } from "../../record/metrics/registry.js";
import { NotComparable } from "../comparison/compare-results.js";
import { metricOf } from "../results/read-results.js";
import type { Variant } from "../results/variants.js";
import { pairedDifferences, pairedSummary, pairedT } from "../statistics/paired-t.js";
import { replicationsForHalfWidth } from "../statistics/planning.js";
import { meanOf } from "../statistics/sample.js";
import type { Baseline, BaselineRun } from "./baseline.js";
import type { GateRule } from "./rules.js";

export type Outcome = "passed" | "failed" | "undecided";

/** What one rule says of one figure of one variant. */
export interface Verdict {
  readonly scenario: string;
  readonly variant: string;
  /** `metric{labels}`. */
  readonly key: string;
  readonly rule: GateRule;
  readonly outcome: Outcome;
  readonly baselineMean: number | null;
  readonly mean: number | null;
  /** Mean change, in the metric's unit; null for what has no numbers. */
  readonly change: number | null;
  /** Of the change, at the rule's confidence; null where seeds do not vary it or there is one. */
  readonly interval: readonly [number, number] | null;
  /** The largest change for the worse that is allowed, in the metric's unit. */
  readonly allowed: number;
  /** With `undecided`: how many seeds it would probably take; null where nobody can tell. */
  readonly seedsNeeded: number | null;
  /** In words. */
  readonly why: string;
}

/** Rounding of means does not fail a rule that allows no change. */
const ROUNDING = 1e-12;

/**
 * Holds the variants' runs against the baseline, seed by seed. Throws {@link NotComparable} where one lacks runs that the other
 * has, or nothing is held.
 */
export function judge(
  variants: readonly Variant[],
  baseline: Baseline,
  rules: readonly GateRule[],
): readonly Verdict[] {
  const verdicts = baseline.runs.flatMap((before) => {
    const after = variants.find(
      ({ scenario, name }) => scenario === before.scenario && name === before.variant,
    );
    if (after === undefined) {
      throw new NotComparable(
        `the results have no runs of ${before.scenario}, variant ${before.variant}, which the baseline has`,
      );
    }
    checkSeeds(before, after);
    return rules.flatMap((rule) => judgeRule(rule, before, after));
  });
  for (const { metric } of rules) {
    if (verdicts.every(({ rule }) => rule.metric !== metric)) {
      throw new NotComparable(`the baseline has no value of ${metric}, which a rule names`);
    }
  }
  return verdicts;
}

function checkSeeds(before: BaselineRun, after: Variant): void {
  const missing = before.seeds.filter((seed) => !after.runs.has(seed));
  const more = [...after.runs.keys()].filter((seed) => !before.seeds.includes(seed));
  if (missing.length === 0 && more.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`the results lack ${missing.join(", ")}`] : []),
    ...(more.length > 0 ? [`the baseline lacks ${more.join(", ")}`] : []),
  ];
  throw new NotComparable(
    `${before.scenario}, variant ${before.variant}: the seeds differ: ${parts.join("; ")}`,
  );
}

function judgeRule(rule: GateRule, before: BaselineRun, after: Variant): Verdict[] {
  const runs = before.seeds.map((seed) => after.runs.get(seed)!);
  const base = { scenario: before.scenario, variant: before.variant, rule };
  if (rule.metric === "digest") {
    const same = runs.map(({ digest }) => digest);
    return [exactly({ ...base, key: "digest" }, before.digests, same)];
  }
  if (rule.metric === "events") {
    const events = runs.map(({ events: count }) => count);
    return [judgeValues({ ...base, key: "events" }, before.events, events)];
  }
  const keys = Object.keys(before.figures).filter(
    (key) => key === rule.metric || metricOf(key) === rule.metric,
  );
  return keys.map((key) => {
    const values = runs.map(({ figures }) => figures.get(key)?.value);
    const without = before.seeds.filter((_, i) => values[i] === undefined);
    if (without.length === 0) {
      return judgeValues({ ...base, key }, before.figures[key]!, values as number[]);
    }
    if (mayBeUnknown(key)) return unknown({ ...base, key }, before.figures[key]!, without);
    throw new NotComparable(
      `${before.scenario}, variant ${before.variant}, seed ${without[0]}: the run has no value of ${key}, which the baseline has`,
    );
  });
}

/** True for times: of a wait or a rollout that never ended nobody knows how long it takes. */
function mayBeUnknown(key: string): boolean {
  return METRICS[metricOf(key) as keyof typeof METRICS]?.unit === "seconds";
}

/** Where the baseline knew its end: that is worse than any value. */
function unknown(subject: Subject, before: readonly number[], seeds: readonly number[]): Verdict {
  const { allow } = subject.rule;
  const baselineMean = meanOf(before);
  const allowed = allow.isRelative ? allow.amount * Math.abs(baselineMean) : allow.amount;
  const under = `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
  const why = `no value under ${under}, where the baseline has one`;
  const none = { mean: null, change: null, interval: null, seedsNeeded: null };
  return { ...subject, ...none, baselineMean, outcome: "failed", allowed, why };
}

type Subject = Pick<Verdict, "scenario" | "variant" | "key" | "rule">;

function exactly(
  subject: Subject,
  before: readonly (string | number)[],
  after: readonly (string | number)[],
): Verdict {
  const changed = before.filter((value, i) => value !== after[i]).length;
  const outcome = changed === 0 ? "passed" : "failed";
  const why = changed === 0 ? "the same" : `differs under ${changed} of ${before.length} seeds`;
  const none = { baselineMean: null, mean: null, change: null, interval: null, seedsNeeded: null };
  return { ...subject, ...none, outcome, allowed: 0, why };
}

function judgeValues(
  subject: Subject,
  before: readonly number[],
  after: readonly number[],
): Verdict {
  const { direction, allow, confidence } = subject.rule;
  const baselineMean = meanOf(before);
  const mean = meanOf(after);
  const numbers = { baselineMean, mean, change: mean - baselineMean };
  if (direction === "exact") return { ...exactly(subject, before, after), ...numbers };
  const allowed = allow.isRelative ? allow.amount * Math.abs(baselineMean) : allow.amount;
  const test = pairedT(before, after);
  const interval = test?.interval(confidence) ?? null;
  const { meanDiff, sdDiff } = pairedSummary(pairedDifferences(before, after));
  const sign = direction === "lower" ? 1 : -1;
  const [best, worst] =
    interval === null
      ? [sign * meanDiff, sign * meanDiff]
      : sign > 0
        ? interval
        : [-interval[1], -interval[0]];
  const limit = allowed + ROUNDING * Math.max(Math.abs(baselineMean), Math.abs(mean));
  const outcome: Outcome = worst <= limit ? "passed" : best > limit ? "failed" : "undecided";
  const seedsNeeded =
    outcome === "undecided"
      ? seedsToTell({ distance: Math.abs(allowed - sign * meanDiff), sd: sdDiff, confidence })
      : null;
  const exact = before.length === 1 ? "one seed, no interval" : "exact: seeds do not vary it";
  const why =
    outcome === "undecided"
      ? `not enough seeds to tell; ${seedsNeeded === null ? "no number of seeds would" : `about ${seedsNeeded} would`}`
      : interval === null
        ? exact
        : `the interval lies ${outcome === "passed" ? "within" : "beyond"} what is allowed`;
  return { ...subject, ...numbers, change: meanDiff, interval, outcome, allowed, seedsNeeded, why };
}

/** Seeds whose interval would be as narrow as the distance of the mean from the limit. */
function seedsToTell(given: { distance: number; sd: number; confidence: number }): number | null {
  const { distance, sd, confidence } = given;
  if (distance < ROUNDING * sd) return null;
  const plan = { pilotMean: 1, pilotSd: sd / distance, relativeHalfWidth: 1, level: confidence };
  return replicationsForHalfWidth(plan).n;
}

/** The gate as a whole: what failed decides, then what is open. */
export function overall(verdicts: readonly Verdict[]): Outcome {
  if (verdicts.some(({ outcome }) => outcome === "failed")) return "failed";
  return verdicts.some(({ outcome }) => outcome === "undecided") ? "undecided" : "passed";
}
