import type { Variant } from "../results/variants.js";
import { pairedSummary } from "../statistics/paired-t.js";
import { meanOf, sampleVariance } from "../statistics/sample.js";
import { studentT } from "../statistics/student-t.js";
import { type FigureInput, NotDrawable } from "./figure.js";

export interface SummaryValue {
  readonly seed: number;
  readonly value: number;
}

/** A figure of `summary.csv` by seed; those seeds are left out that do not know it. */
export function valuesBySeed(variant: Variant, key: string): readonly SummaryValue[] {
  return [...variant.runs]
    .sort(([a], [b]) => a - b)
    .flatMap(([seed, run]) => {
      const figure = run.figures.get(key);
      return figure === undefined ? [] : [{ seed, value: figure.value }];
    });
}

/** The keys that the names mean: a metric is its row for the whole, or all its rows where it has none. Throws where a name means none. */
export function keysNamed({ variants }: FigureInput, names: readonly string[]): readonly string[] {
  const runs = variants.flatMap((variant) => [...variant.runs.values()]);
  return [
    ...new Set(
      names.flatMap((name) => {
        const found = new Set<string>();
        for (const { figures } of runs) {
          for (const [key, { metric }] of figures) {
            if (key === name || metric === name) found.add(key);
          }
        }
        if (found.size === 0) throw new NotDrawable(`no run has a value of ${name} in summary.csv`);
        return found.has(name) ? [name] : [...found].sort();
      }),
    ),
  ];
}

/** The one row that a name means. */
export function keyNamed(input: FigureInput, name: string): string {
  const keys = keysNamed(input, [name]);
  if (keys.length === 1) return keys[0]!;
  throw new NotDrawable(`${name} has several rows: choose one of ${keys.join(", ")}`);
}

export function unitOfKey({ variants }: FigureInput, key: string): string {
  for (const { runs } of variants) {
    for (const { figures } of runs.values()) {
      const figure = figures.get(key);
      if (figure !== undefined) return figure.unit;
    }
  }
  return "";
}

export interface MeanInterval {
  readonly mean: number;
  /** Student's t over seeds; NaN with one seed, or where seeds do not change the figure. */
  readonly lower: number;
  readonly upper: number;
}

export function meanInterval(values: readonly number[], level: number): MeanInterval {
  const mean = meanOf(values);
  const n = values.length;
  if (n < 2 || pairedSummary(values).deterministic)
    return { mean, lower: Number.NaN, upper: Number.NaN };
  const half = studentT(n - 1).quantile((1 + level) / 2) * Math.sqrt(sampleVariance(values) / n);
  return { mean, lower: mean - half, upper: mean + half };
}
