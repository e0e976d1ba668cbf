/** What is left open of a duration: it was at least so long when observation ended. */
export interface Durations {
  /** Microseconds, ascending. */
  readonly observed: Float64Array;
  /** Microseconds until observation ended, ascending; the true durations are longer. */
  readonly censored: Float64Array;
}

/**
 * The `percent` quantile by nearest rank: the ⌈n·percent/100⌉-th smallest value, which is always one
 * that was observed (Hyndman and Fan's definition 1). Censored durations count with their age, after
 * an observed one of equal length; where the rank falls on one of them the quantile is not known.
 * NaN for that and for no values at all.
 */
export function quantile(durations: Durations, percent: number): number {
  const { observed, censored } = durations;
  const n = observed.length + censored.length;
  if (n === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil((percent * n) / 100));
  let low = 0;
  let high = observed.length;
  // The fewest observed values that, with the censored ones below the last of them, make up the rank.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (middle + 1 + countBelow(censored, observed[middle]!) >= rank) high = middle;
    else low = middle + 1;
  }
  if (low === observed.length) return Number.NaN;
  return low + 1 + countBelow(censored, observed[low]!) === rank ? observed[low]! : Number.NaN;
}

/** Values less than `limit` in an ascending array. */
function countBelow(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
