/** Adjusted p-values of a family, in the order given. Throw a RangeError for what is no probability. */

/** Holm's step-down procedure (Holm 1979): holds the chance of any false finding. */
export function holm(p: readonly number[]): number[] {
  return stepwise(p, (rank, n) => n - rank, "rising");
}

/** Benjamini and Hochberg 1995: holds the expected share of false findings. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepwise(p, (rank, n) => n / (rank + 1), "falling");
}

/** Bonferroni's: each times their number. */
export function bonferroni(p: readonly number[]): number[] {
  checkAll(p);
  return p.map((value) => Math.min(1, value * p.length));
}

/** Multiplies the p of rank 0, 1, … by `factor` and makes the result monotone from the end that `way` names. */
function stepwise(
  p: readonly number[],
  factor: (rank: number, n: number) => number,
  way: "rising" | "falling",
): number[] {
  checkAll(p);
  const n = p.length;
  const order = p.map((_, i) => i).sort((a, b) => p[a]! - p[b]!);
  const adjusted = new Array<number>(n);
  let bound = way === "rising" ? 0 : 1;
  for (let step = 0; step < n; step++) {
    const rank = way === "rising" ? step : n - 1 - step;
    const index = order[rank]!;
    const value = Math.min(1, p[index]! * factor(rank, n));
    bound = way === "rising" ? Math.max(bound, value) : Math.min(bound, value);
    adjusted[index] = bound;
  }
  return adjusted;
}

function checkAll(p: readonly number[]): void {
  const wrong = p.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) throw new RangeError(`p-values lie between 0 and 1, not ${wrong}`);
}
