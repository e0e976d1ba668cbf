import { RandomStreams } from "../../kernel/random-streams.js";
import type { RunResult } from "../results/read-results.js";
import { pairsOf, type Variant } from "../results/variants.js";
import { holm } from "../statistics/multiple-testing.js";
import { comparePaired, type PairedComparison } from "./paired-comparison.js";

export interface ComparedRow {
  readonly scenario: string;
  readonly variant: string;
  readonly baseline: string;
  /** `metric{labels}`. */
  readonly key: string;
  readonly unit: string;
  readonly comparison: PairedComparison;
  /** p of the paired t test, adjusted by Holm over all rows of the table; null without one. */
  readonly pHolm: number | null;
  /** Whether the two sides are the same run, seed by seed, by their digests. */
  readonly isSameRun: boolean;
}

export interface CompareOptions {
  readonly baseline: string;
  readonly keys: readonly string[];
  readonly level?: number;
  readonly precision?: number;
  readonly power?: number;
}

export interface Compared {
  readonly rows: readonly ComparedRow[];
  /** Figures that were left out, and why. */
  readonly notes: readonly string[];
}

/** What cannot be compared: in words, for exit code 2. */
export class NotComparable extends Error {}

/**
 * Every figure of every variant against its baseline's, in pairs of one seed. The family over which p-values are adjusted is
 * every row that comes out.
 */
export function compareResults(variants: readonly Variant[], options: CompareOptions): Compared {
  const { level = 0.95, precision = 0.05, power = 0.95 } = options;
  const pairs = pairsOf(variants, options.baseline);
  if (pairs.length === 0) throw new NotComparable(baselineProblem(variants, options.baseline));
  const streams = new RandomStreams(1);
  const notes: string[] = [];
  const rows = pairs.flatMap(({ baseline, variant }) => {
    const seeds = commonSeeds(baseline, variant);
    return options.keys.flatMap((key) => {
      const before = valuesOf(baseline, seeds, key);
      const after = valuesOf(variant, seeds, key);
      if (typeof before === "string" || typeof after === "string") {
        const why = [before, after].filter((side) => typeof side === "string");
        notes.push(`${key} of ${variant.name} is left out: ${[...new Set(why)].join("; ")}`);
        return [];
      }
      const name = `bootstrap/${variant.scenario}/${variant.name}/${key}`;
      const stream = streams.stream(name);
      const uniform = () => stream.next();
      const comparison = comparePaired(before, after, { level, precision, power, uniform });
      return [
        {
          scenario: variant.scenario,
          variant: variant.name,
          baseline: baseline.name,
          key,
          unit: unitOf(variant, key),
          comparison,
          isSameRun: seeds.every(
            (seed) => baseline.runs.get(seed)!.digest === variant.runs.get(seed)!.digest,
          ),
        },
      ];
    });
  });
  return { rows: withHolm(rows), notes };
}

function withHolm(rows: readonly Omit<ComparedRow, "pHolm">[]): ComparedRow[] {
  const tested = rows.flatMap(({ comparison }, i) =>
    comparison.pT === null ? [] : [{ i, p: comparison.pT }],
  );
  const adjusted = holm(tested.map(({ p }) => p));
  const byRow = new Map(tested.map(({ i }, position) => [i, adjusted[position]!]));
  return rows.map((row, i) => ({ ...row, pHolm: byRow.get(i) ?? null }));
}

/** The seeds of both; that one has and the other has not is refused. */
function commonSeeds(a: Variant, b: Variant): readonly number[] {
  const seeds = [...a.runs.keys()].sort((x, y) => x - y);
  const only = (x: Variant, y: Variant) => [...x.runs.keys()].filter((seed) => !y.runs.has(seed));
  const [left, right] = [only(a, b), only(b, a)];
  if (left.length === 0 && right.length === 0) return seeds;
  const parts = [
    ...(left.length > 0 ? [`${a.name} alone has ${left.join(", ")}`] : []),
    ...(right.length > 0 ? [`${b.name} alone has ${right.join(", ")}`] : []),
  ];
  throw new NotComparable(
    `the seeds of ${a.name} and ${b.name} differ: ${parts.join("; ")}. Run the missing ones, or leave these results out`,
  );
}

/** By seed; or why they cannot be paired. */
function valuesOf(variant: Variant, seeds: readonly number[], key: string): number[] | string {
  const without = seeds.filter((seed) => !variant.runs.get(seed)!.figures.has(key));
  if (without.length === seeds.length) return `no run of ${variant.name} knows it`;
  if (without.length > 0) {
    return `${variant.name} does not know it under ${without.length} of ${seeds.length} seeds (${without.join(", ")})`;
  }
  return seeds.map((seed) => variant.runs.get(seed)!.figures.get(key)!.value);
}

function unitOf(variant: Variant, key: string): string {
  const run: RunResult | undefined = variant.runs.values().next().value;
  return run?.figures.get(key)?.unit ?? "";
}

function baselineProblem(variants: readonly Variant[], baseline: string): string {
  const names = [...new Set(variants.map(({ name }) => name))];
  if (names.length < 2) return `there is one variant only (${names.join("")}): nothing to compare`;
  return `the baseline ${baseline} is not among the variants: ${names.join(", ")}`;
}
