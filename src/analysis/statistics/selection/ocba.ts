import { normal } from "../normal.js";
import { meanOf, sampleVariance, square, sumOf } from "../sample.js";
import { type Better, indexOfLargest, turned } from "./means.js";

export interface OcbaOptions {
  readonly means: readonly number[];
  readonly sds: readonly number[];
  readonly budget: number;
  readonly better: Better;
}

/**
 * Optimal computing budget allocation (Chen, Lin, Yücesan and Chick 2000): shares of the budget by which the chance of a correct selection grows
 * fastest, and its lower bound by Bonferroni (APCS-B). Systems that equal the best in mean share as if they were a little apart.
 */
export function ocba({ means, sds, budget, better }: OcbaOptions) {
  const values = means.map((mean) => (better === "larger" ? mean : -mean));
  const best = indexOfLargest(
    values,
    values.map((_, i) => i),
  );
  const others = values.map((_, i) => i).filter((i) => i !== best);
  const ratio = values.map((_, i) => (i === best ? 0 : square(sds[i]! / gap(values, best, i))));
  ratio[best] = sds[best]! * Math.sqrt(sumOf(others.map((i) => square(ratio[i]! / sds[i]!))));
  const total = sumOf(ratio);
  const fractions = ratio.map((share) => share / total);
  const allocation = fractions.map((share) => share * budget);
  const apcsBonferroni = probabilityOfCorrectSelection({ means, sds, counts: allocation, better });
  return { best, fractions, allocation, apcsBonferroni };
}

/** A lower bound of the chance that the best mean is that of the best system, with so many observations of each (APCS-B). */
export function probabilityOfCorrectSelection({
  means,
  sds,
  counts,
  better,
}: Omit<OcbaOptions, "budget"> & { readonly counts: readonly number[] }): number {
  const values = means.map((mean) => (better === "larger" ? mean : -mean));
  const all = values.map((_, i) => i);
  const best = indexOfLargest(values, all);
  const variance = (i: number) => square(sds[i]!) / counts[i]!;
  const wrong = all
    .filter((i) => i !== best)
    .map((i) => normal.sf(gap(values, best, i) / Math.sqrt(variance(best) + variance(i))));
  return 1 - sumOf(wrong);
}

function gap(values: readonly number[], best: number, i: number): number {
  const difference = values[best]! - values[i]!;
  return difference > 0 ? difference : Number.EPSILON * Math.max(1, Math.abs(values[best]!));
}

/**
 * One increment: how many observations each system should have in all. Who has more already keeps it, and the others share the rest
 * of the budget alike; what rounding leaves goes to the best.
 */
export function ocbaStep(options: {
  readonly observations: readonly (readonly number[])[];
  readonly increment: number;
  readonly better: Better;
}) {
  const data = turned(options.observations, "larger");
  const counts = data.map((stream) => stream.length);
  const budget = sumOf(counts) + options.increment;
  const sds = data.map((stream) => Math.sqrt(sampleVariance(stream)));
  const means = data.map((stream) => meanOf(stream));
  const { best, allocation } = ocba({ means, sds, budget, better: options.better });
  const whole = shareOut(allocation, counts, budget).map(Math.round);
  whole[best] = Math.max(counts[best]!, budget - sumOf(whole.filter((_, i) => i !== best)));
  return { best, sds, allocationReal: allocation, allocationWhole: whole };
}

function shareOut(wanted: readonly number[], counts: readonly number[], budget: number): number[] {
  const fixed = new Set<number>();
  for (;;) {
    const open = wanted.map((_, i) => i).filter((i) => !fixed.has(i));
    const left = budget - sumOf([...fixed].map((i) => counts[i]!));
    const total = sumOf(open.map((i) => wanted[i]!));
    const shares = wanted.map((n, i) => (fixed.has(i) ? counts[i]! : (n / total) * left));
    const above = open.filter((i) => shares[i]! < counts[i]!);
    if (above.length === 0) return shares;
    for (const i of above) fixed.add(i);
  }
}
