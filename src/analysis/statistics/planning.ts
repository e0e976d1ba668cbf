import { findRoot, findRootFrom } from "./find-root.js";
import { noncentralT } from "./noncentral-t.js";
import { normal } from "./normal.js";
import { checkFinite, square } from "./sample.js";
import { studentT, tQuantiles } from "./student-t.js";

export interface HalfWidthPlan {
  readonly pilotMean: number;
  readonly pilotSd: number;
  /** Wanted half-width of the interval over the mean, such as 0.05. */
  readonly relativeHalfWidth: number;
  readonly level: number;
}

/**
 * How many replications an interval of the wanted half-width takes: `n` with Student's t for that n, `nAdjusted` so that the
 * error relative to the true mean is held (Law, Simulation Modeling and Analysis, 9.4), `nNormal` by the normal
 * quantile alone.
 */
export function replicationsForHalfWidth(plan: HalfWidthPlan) {
  const { pilotMean, pilotSd, relativeHalfWidth: r, level } = plan;
  checkFinite([pilotMean, pilotSd, r, level]);
  if (pilotMean === 0) throw new RangeError("a half-width relative to a mean of 0 has no meaning");
  const p = (1 + level) / 2;
  const halfWidth = r * Math.abs(pilotMean);
  return {
    n: fewest(halfWidth, pilotSd, p),
    nAdjusted: fewest((r / (1 + r)) * Math.abs(pilotMean), pilotSd, p),
    nNormal: Math.ceil(square((normal.quantile(p) * pilotSd) / halfWidth)),
  };
}

/** The smallest n of 2 or more with t(n - 1) sd / sqrt(n) within the half-width, which falls with n. */
function fewest(halfWidth: number, sd: number, p: number): number {
  const quantile = tQuantiles(p);
  const fits = (n: number) => (quantile(n - 1) * sd) / Math.sqrt(n) <= halfWidth;
  let [low, high] = [1, 2];
  while (!fits(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = fits(middle) ? [low, middle] : [middle, high];
  }
  return high;
}

export interface PairedDesign {
  /** Standard deviation of the differences. */
  readonly sd: number;
  /** Level of the test, such as 0.05. */
  readonly alpha: number;
  readonly sides: 1 | 2;
}

/** Power of the paired t test with n pairs against a mean difference `delta`; `farTail` counts findings in the wrong direction too. */
export function pairedPower(
  n: number,
  delta: number,
  { sd, alpha, sides }: PairedDesign,
  farTail = true,
): number {
  const df = n - 1;
  const critical = -studentT(df).quantile(alpha / sides);
  const distribution = noncentralT(df, (Math.abs(delta) * Math.sqrt(n)) / sd);
  const near = distribution.sf(critical);
  return sides === 2 && farTail ? near + distribution.cdf(-critical) : near;
}

/** How many pairs find `delta` with the wanted power: the real solution, and the whole number above it. */
export function pairsForPower(delta: number, power: number, design: PairedDesign) {
  checkFinite([delta, power]);
  if (delta === 0) throw new RangeError("no number of pairs finds a difference of 0");
  const missing = (n: number) => pairedPower(n, delta, design) - power;
  let high = 4;
  while (missing(high) < 0) high *= 2;
  const nReal = missing(2) >= 0 ? 2 : findRoot(missing, 2, high);
  return { nReal, n: Math.ceil(nReal) };
}

/** The smallest mean difference that n pairs find with the wanted power. */
export function detectableDifference(n: number, power: number, design: PairedDesign): number {
  return findRootFrom(
    (delta) => pairedPower(n, delta, design) - power,
    0,
    design.sd / Math.sqrt(n),
  );
}
