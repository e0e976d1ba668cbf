import { exp, ln, pow } from "../../../kernel/math.js";
import { chiSquare } from "../chi-square.js";
import { findRootFrom } from "../find-root.js";
import { normal } from "../normal.js";
import { Quadrature } from "../quadrature.js";
import { sampleVariance, square } from "../sample.js";
import { lnGamma } from "../special-functions.js";
import { type Better, turned } from "./means.js";

const PANELS = 8;

/**
 * Rinott's constant h (Rinott 1978): with n0 observations of each of `systems` and h² s²/δ² in all, the best is found with
 * the given probability where it leads by δ.
 */
export function rinottConstant(systems: number, firstStage: number, probability: number): number {
  const df = firstStage - 1;
  const points = chiSquarePoints(df);
  const correct = (h: number): number => {
    let outer = 0;
    for (const a of points) {
      let inner = 0;
      for (const b of points) {
        inner += b.weight * normal.cdf(h / Math.sqrt(df * (1 / a.x + 1 / b.x)));
      }
      outer += a.weight * pow(inner, systems - 1);
    }
    return outer;
  };
  return findRootFrom((h) => correct(h) - probability, 2, 1);
}

/** Points and weights of a chi-square expectation, on a logarithmic scale, which is smooth for few degrees of freedom too. */
function chiSquarePoints(df: number): { x: number; weight: number }[] {
  const low = ln(chiSquare(df).quantile(1e-13));
  const high = ln(chiSquare(df).quantile(1 - 1e-13));
  const constant = -lnGamma(df / 2) - (df / 2) * ln(2);
  return new Quadrature().points(low, high, PANELS).map(({ x: u, weight }) => {
    const x = exp(u);
    return { x, weight: weight * exp(constant + (df / 2) * u - x / 2) };
  });
}

export interface RinottPlan {
  readonly h: number;
  readonly variances: readonly number[];
  /** Observations that each system needs in all. */
  readonly totalObservations: readonly number[];
}

/** The second stage of Rinott's procedure, from the first. */
export function rinott(options: {
  readonly firstStage: readonly (readonly number[])[];
  readonly indifference: number;
  readonly probability: number;
  readonly better: Better;
}): RinottPlan {
  const data = turned(options.firstStage, options.better);
  const n0 = data[0]!.length;
  const h = rinottConstant(data.length, n0, options.probability);
  const variances = data.map(sampleVariance);
  return {
    h,
    variances,
    totalObservations: variances.map((variance) =>
      Math.max(n0, Math.ceil((h * h * variance) / square(options.indifference))),
    ),
  };
}
