/** Durations, of which some were still going on when observation ended. */
export interface Durations {
  /** Microseconds, ascending. */
  readonly observed: Float64Array;
  /** Microseconds until observation ended, ascending; the true durations are longer. */
  readonly censored: Float64Array;
}

/** What the product of ratios may be wrong by: a share that is met exactly counts as met. */
const ROUNDING = 1e-9;

/**
 * The `percent` quantile: the shortest duration that at least so many percent do not exceed, which is
 * always one that was observed. Without censored durations that is the ⌈n·percent/100⌉-th smallest value
 * (Hyndman and Fan's definition 1). A censored duration says only that it is longer than its age, so
 * its weight is handed on to the longer ones, in equal parts: the estimate of Kaplan and Meier (1958).
 * What is handed on to nobody lies beyond all that was observed, and a quantile that falls there is
 * not known; nor is any above it. NaN for that and for no values at all.
 */
export function quantile(durations: Durations, percent: number): number {
  const { observed, censored } = durations;
  const n = observed.length + censored.length;
  // Of those that are not over at an observed duration: `factor` × `left` / `atRisk` is their share.
  let factor = 1;
  let atRisk = n;
  let cut = 0;
  for (let i = 0; i < observed.length; i++) {
    const value = observed[i]!;
    const cutBefore = cut;
    while (cut < censored.length && censored[cut]! < value) cut++;
    if (cut > cutBefore) {
      factor *= (n - i - cutBefore) / atRisk;
      atRisk = n - i - cut;
    }
    const left = n - (i + 1) - cut;
    // Whole numbers, and so exact, as long as nothing shorter was censored.
    const limit = (100 - percent) * atRisk;
    if (factor * left * 100 <= (factor === 1 ? limit : limit * (1 + ROUNDING))) return value;
  }
  return Number.NaN;
}
