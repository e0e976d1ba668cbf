import { pow } from "../../kernel/math.js";
import { chiScale } from "./chi-scale.js";
import { checkDegreesOfFreedom, checkProbability } from "./distribution.js";
import { findRootFrom } from "./find-root.js";
import { normal, normalDensity } from "./normal.js";
import { Quadrature } from "./quadrature.js";

const REACH = 9;
const PANELS = 12;

/**
 * The studentized range: the range of `groups` independent standard normals over an independent scale with
 * `df` degrees of freedom (Tukey 1953). Absolute errors below 1e-9.
 */
export function studentizedRange(groups: number, df: number) {
  checkDegreesOfFreedom(df);
  if (!(Number.isInteger(groups) && groups >= 2)) {
    throw new RangeError(`two groups or more are needed, not ${groups}`);
  }
  const quadrature = new Quadrature();
  const scale = chiScale(df);
  const outer = quadrature
    .points(scale.low, scale.high, PANELS)
    .map(({ x, weight }) => ({ s: x, weight: weight * scale.density(x) }));
  const rangeCdf = (w: number): number =>
    groups *
    quadrature.integrate(
      (z) => normalDensity(z) * pow(Math.max(0, normal.cdf(z) - normal.cdf(z - w)), groups - 1),
      -REACH,
      REACH + Math.min(w, REACH),
      PANELS,
    );
  const cdf = (q: number): number =>
    q <= 0 ? 0 : outer.reduce((sum, { s, weight }) => sum + weight * rangeCdf(q * s), 0);
  return {
    cdf,
    quantile(p: number): number {
      checkProbability(p);
      if (p === 0 || p === 1) return p === 0 ? 0 : Number.POSITIVE_INFINITY;
      return findRootFrom((q) => cdf(q) - p, 2, 1);
    },
  };
}
