import type { RandomStreams } from "../../kernel/random-streams.js";
import { simultaneousBand } from "../statistics/bands.js";

export interface CurvePoint {
  readonly at: number;
  readonly mean: number;
  /** Ends of the simultaneous band; NaN with one seed. */
  readonly lower: number;
  readonly upper: number;
}

/** Draws of the bootstrap: enough that a band's width is steady in its second digit. */
const RESAMPLES = 4000;

/**
 * The mean of curves, one a seed and all over the points `at`, with the band in which the whole true curve lies with the
 * probability `level`. Points that a curve does not know (NaN) are left out.
 */
export function meanCurve(
  at: readonly number[],
  curves: readonly (readonly number[])[],
  options: {
    readonly level: number;
    readonly streams: RandomStreams;
    /** Of the random stream. */
    readonly name: string;
    readonly resamples?: number;
  },
): readonly CurvePoint[] {
  const { level, streams, name, resamples = RESAMPLES } = options;
  const known = at.flatMap((_, j) =>
    curves.every((curve) => Number.isFinite(curve[j])) ? [j] : [],
  );
  const kept = curves.map((curve) => known.map((j) => curve[j]!));
  if (known.length === 0) return [];
  if (kept.length === 1) {
    return known.map((j, k) => ({
      at: at[j]!,
      mean: kept[0]![k]!,
      lower: Number.NaN,
      upper: Number.NaN,
    }));
  }
  const stream = streams.stream(`band/${name}`);
  const band = simultaneousBand({
    curves: kept,
    level,
    resamples,
    uniform: () => stream.next(),
    deviations: "studentized",
  });
  return known.map((j, k) => ({
    at: at[j]!,
    mean: band.mean[k]!,
    lower: band.lower[k]!,
    upper: band.upper[k]!,
  }));
}

/** What a reader of bands over so many seeds should know. */
export function bandNotes(seeds: number, level: number): readonly string[] {
  if (seeds < 2) return ["one seed: no band"];
  const share = `${Number((level * 100).toFixed(2))} %`;
  return [`bands are simultaneous, ${share}, by bootstrap over ${seeds} seeds`];
}
