import { type FactReader, valueAt } from "./facts.js";
import type { Moment } from "./pod-lives.js";
import type { Interval, Milestone, TimelineFile } from "./timeline-file.js";

/** What every comparison of a time allows, in seconds. */
const ALLOWED = 0.5;
const GRID = 0.5;
/** Share of the grid's points at which a curve may be outside of its band. */
const MAX_OUTSIDE = 0.02;

export interface FactResult {
  readonly name: string;
  readonly passed: boolean;
  /** What was expected, and what was found. */
  readonly text: string;
  /** Of a milestone's time: found less the recorded median, in seconds. */
  readonly errorSeconds?: number;
  /** Of a milestone's time: whether it lies where the repetitions lie. */
  readonly isWithinSpread?: boolean;
}

/** Every fact of a recording beside what a run came to. */
export function compareFacts(file: TimelineFile, found: FactReader): readonly FactResult[] {
  const series = Object.entries(file.observed.series).map(([name, { band }]) =>
    compareSeries(name, band, { until: file.until, found }),
  );
  const sorted = Object.entries(file.observed.sortedTimes).map(([owner, times]) =>
    compareSorted(owner, times, found),
  );
  const failedSeries = (top: string) =>
    series.some(({ name, passed }) => !passed && name.startsWith(`${top} `));
  const milestones = file.observed.milestones.map((milestone) => {
    const result = compareMilestone(milestone, found);
    if (result.passed || milestone.kind !== "sequence" || milestone.oneOf === undefined) {
      return result;
    }
    // Which batches pods come in is chance: where all curves are right, so is the sequence.
    return failedSeries(topOf(milestone.name, found)) ? result : { ...result, passed: true };
  });
  return [...milestones, ...sorted, ...series];
}

/** `Deployment/web` of `ReplicaSet/web/r1: sizes`. */
function topOf(fact: string, found: FactReader): string {
  const [label = ""] = fact.split(":");
  const top = label.split("/")[1] ?? "";
  return `${found.kindOf(top) ?? ""}/${top}`;
}

function compareMilestone(milestone: Milestone, found: FactReader): FactResult {
  const { name, kind } = milestone;
  const value = found.read().get(name) ?? (name.startsWith("events ") ? 0 : undefined);
  if (kind === "time") return compareTime(milestone, value as number | undefined);
  const { range, oneOf = [milestone.value] } = milestone;
  const isIn = (count: number) => range !== undefined && count >= range[0] && count <= range[1];
  const equal = (one: unknown) => JSON.stringify(one) === JSON.stringify(value);
  const passed = range === undefined ? oneOf.some(equal) : isIn(Number(value));
  const expected =
    range === undefined ? oneOf.map((one) => JSON.stringify(one)).join(" or ") : range.join(" to ");
  return { name, passed, text: `expected ${expected}, found ${JSON.stringify(value)}` };
}

function compareTime(milestone: Milestone, value: number | undefined): FactResult {
  const { name, least = 0, tolerance = 0, spread = 0 } = milestone;
  const median = milestone.value as number;
  const expected = `expected ${least} to ${(median + tolerance).toFixed(2)}`;
  if (value === undefined) return { name, passed: false, text: `${expected}, did not happen` };
  return {
    name,
    passed: value >= least - ALLOWED && value <= median + tolerance + ALLOWED,
    text: `${expected}, found ${value.toFixed(3)} (${signed(value - median)} s)`,
    errorSeconds: value - median,
    isWithinSpread: value >= least - ALLOWED && value <= least + spread + ALLOWED,
  };
}

function signed(seconds: number): string {
  return `${seconds < 0 ? "" : "+"}${seconds.toFixed(3)}`;
}

type SortedTimes = TimelineFile["observed"]["sortedTimes"][string];

/** All kinds of times of an owner's pods, each sorted, as one fact. */
function compareSorted(owner: string, times: SortedTimes, found: FactReader): FactResult {
  const lives = found.pods.lives.filter((life) => life.owner === owner);
  const wrong: string[] = [];
  for (const [moment, intervals] of Object.entries(times)) {
    const sorted = lives
      .flatMap((life) => life.times[moment as Moment] ?? [])
      .sort((a, b) => a - b);
    const flaw =
      "counts" in intervals
        ? countFlaw(intervals.counts, sorted.length)
        : timesFlaw(intervals, sorted);
    if (flaw !== null) wrong.push(`${moment}: ${flaw}`);
  }
  return {
    name: `times of the pods of ${owner}`,
    passed: wrong.length === 0,
    text: wrong.join("; "),
  };
}

function countFlaw(counts: readonly number[], found: number): string | null {
  const isIn = found >= Math.min(...counts) && found <= Math.max(...counts);
  return isIn ? null : `expected ${counts.join(" or ")} pods, found ${found}`;
}

function timesFlaw(intervals: readonly Interval[], sorted: readonly number[]): string | null {
  if (intervals.length !== sorted.length) {
    return `expected ${intervals.length} pods, found ${sorted.length}`;
  }
  const at = sorted.findIndex((time, n) => {
    const [earliest, latest] = intervals[n]!;
    return time < earliest - ALLOWED || time > latest + ALLOWED;
  });
  if (at < 0) return null;
  const [earliest, latest] = intervals[at]!;
  return `number ${at + 1}: expected ${earliest} to ${latest}, found ${sorted[at]!.toFixed(3)}`;
}

function compareSeries(
  name: string,
  band: readonly (readonly [number, number, number])[],
  { until, found }: { readonly until: number; readonly found: FactReader },
): FactResult {
  const [label = "", ...rest] = name.split(" ");
  const steps = found.pods.series(label.split("/")[1] ?? "", rest.join(" "));
  let points = 0;
  let outside = 0;
  let first = "";
  let entry = 0;
  for (let t = 0; t <= until; t += GRID) {
    while (entry + 1 < band.length && band[entry + 1]![0] <= t) entry += 1;
    const [, lo, hi] = band[entry]!;
    const value = valueAt(steps, t);
    points += 1;
    if (value >= lo && value <= hi) continue;
    outside += 1;
    if (first === "") first = `; first at ${t}: expected ${lo} to ${hi}, found ${value}`;
  }
  return {
    name,
    passed: outside <= points * MAX_OUTSIDE,
    text: `outside of its band at ${outside} of ${points} points${first}`,
  };
}
