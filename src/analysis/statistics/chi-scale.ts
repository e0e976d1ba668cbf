import { exp, ln } from "../../kernel/math.js";
import { chiSquare } from "./chi-square.js";
import { lnGamma } from "./special-functions.js";

/**
 * The distribution of an independent estimate of scale: S = sqrt(chi-square / df). `density` is its
 * density; `low` and `high` bound all of it but 1e-16 a side.
 */
export function chiScale(df: number): { density(s: number): number; low: number; high: number } {
  const half = df / 2;
  const constant = half * ln(half) + ln(2) - lnGamma(half);
  const square = chiSquare(df);
  return {
    density: (s) => (s <= 0 ? 0 : exp(constant + (df - 1) * ln(s) - half * s * s)),
    low: Math.sqrt(square.quantile(1e-16) / df),
    high: Math.sqrt(findUpper(square.sf, df) / df),
  };
}

/** Where the upper tail falls below 1e-18; the quantile itself is out of reach of 1 - p. */
function findUpper(sf: (x: number) => number, df: number): number {
  let x = df + 10;
  while (sf(x) > 1e-18) x *= 1.25;
  return x;
}
