import { chiScale } from "./chi-scale.js";
import {
  type ContinuousDistribution,
  checkDegreesOfFreedom,
  checkProbability,
} from "./distribution.js";
import { findRootFrom } from "./find-root.js";
import { normal } from "./normal.js";
import { Quadrature } from "./quadrature.js";

/** Panels over the scale's density. */
const PANELS = 24;
/** Panels over the step of the normal distribution, which may be much narrower. */
const STEP_PANELS = 12;
/** The normal distribution is 0 or 1 beyond this many standard deviations. */
const STEP_REACH = 9;

/**
 * Student's noncentral t distribution: (Z + ncp) / S with S the scale of a sample. Absolute errors
 * below 1e-10. By integration over S, in pieces that follow both its density and the step of Φ.
 */
export function noncentralT(df: number, ncp: number): ContinuousDistribution {
  checkDegreesOfFreedom(df);
  const scale = chiScale(df);
  const quadrature = new Quadrature();
  const integral = (x: number, tail: (z: number) => number): number => {
    const f = (s: number) => tail(x * s - ncp) * scale.density(s);
    const width = x === 0 ? Number.POSITIVE_INFINITY : STEP_REACH / Math.abs(x);
    const centre = x === 0 ? 0 : ncp / x;
    const cuts = [scale.low, centre - width, centre + width, scale.high]
      .map((s) => Math.min(scale.high, Math.max(scale.low, s)))
      .sort((a, b) => a - b);
    const piece = (i: number, panels: number) =>
      cuts[i + 1]! > cuts[i]! ? quadrature.integrate(f, cuts[i]!, cuts[i + 1]!, panels) : 0;
    return piece(0, PANELS) + piece(1, Math.max(PANELS, STEP_PANELS)) + piece(2, PANELS);
  };
  const cdf = (x: number): number => Math.min(1, integral(x, normal.cdf));
  return {
    cdf,
    sf: (x) => Math.min(1, integral(x, normal.sf)),
    quantile(p) {
      checkProbability(p);
      if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      return findRootFrom((x) => cdf(x) - p, ncp, 1);
    },
  };
}
