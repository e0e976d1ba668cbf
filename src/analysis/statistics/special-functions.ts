import { betainc, gammainc, gammaln } from "../../kernel/math.js";

/**
 * The special functions under the distributions: relative errors of some 1e-15, also far out in the
 * tails, since both tails are computed as such and not as one minus the other.
 */

/** Regularized incomplete beta function I_x(a, b). */
export function betaLower(x: number, a: number, b: number): number {
  return betainc(x, a, b, true, false);
}

/** Regularized lower incomplete gamma function P(s, x). */
export function gammaLower(x: number, s: number): number {
  return gammainc(x, s, true, false);
}

/** Regularized upper incomplete gamma function Q(s, x). */
export function gammaUpper(x: number, s: number): number {
  return gammainc(x, s, true, true);
}

/** Natural logarithm of the gamma function. */
export function lnGamma(x: number): number {
  return gammaln(x);
}
