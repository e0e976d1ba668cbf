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
  const uniform = () => stream.next();
  const band = simultaneousBand({ curves: kept, level, resamples, uniform });
  // A bootstrap over few seeds is too narrow; a band for the whole is never narrower than an interval for one point.
  const critical = Math.max(band.critical, band.pointwise);
  return known.map((j, k) => ({
    at: at[j]!,
    mean: band.mean[k]!,
    lower: band.mean[k]! - critical * band.standardError[k]!,
    upper: band.mean[k]! + critical * band.standardError[k]!,
  }));
}

/** What a reader of bands over so many seeds should know; nothing where they are enough. */
export function bandNotes(seeds: number, level: number): readonly string[] {
  const share = `${Number((level * 100).toFixed(2))} %`;
  if (seeds < 2) return ["one seed: no band"];
  const what = `bands are simultaneous, ${share}, by bootstrap over ${seeds} seeds`;
  return [
    seeds < FEW_SEEDS ? `${what}, which are few: they are too narrow (docs/coverage.md)` : what,
  ];
}

/** Below so many a band that should hold 95 of 100 curves holds 90 or fewer. */
const FEW_SEEDS = 30;
