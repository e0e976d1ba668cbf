import { assert } from "../../base/assert.js";

const MAX_STEPS = 400;

/**
 * The x between `low` and `high` at which the monotone `f` is zero, to the last few digits
 * (Brent 1973, Algorithms for Minimization without Derivatives, chapter 4). `f(low)` and `f(high)`
 * must differ in sign.
 */
export function findRoot(f: (x: number) => number, low: number, high: number): number {
  let [a, b, fa, fb] = [low, high, f(low), f(high)];
  assert(fa * fb <= 0, `no change of sign between ${low} and ${high}`);
  let [c, fc, step, previous] = [a, fa, b - a, b - a];
  for (let i = 0; i < MAX_STEPS; i++) {
    if (Math.sign(fb) === Math.sign(fc)) {
      [c, fc, step, previous] = [a, fa, b - a, b - a];
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c, fa, fb, fc] = [b, c, b, fb, fc, fb];
    }
    const tolerance = Number.EPSILON * Math.abs(b) + Number.MIN_VALUE;
    const middle = (c - b) / 2;
    if (Math.abs(middle) <= tolerance || fb === 0) return b;
    const candidate = Math.abs(previous) >= tolerance ? interpolated(a, b, c, fa, fb, fc) : null;
    const useful =
      candidate !== null &&
      Math.abs(candidate) < Math.min(Math.abs(1.5 * middle), Math.abs(previous / 2)) &&
      candidate * middle > 0;
    [previous, step] = useful ? [step, candidate] : [middle, middle];
    [a, fa] = [b, fb];
    b += Math.abs(step) > tolerance ? step : Math.sign(middle) * tolerance;
    fb = f(b);
  }
  return b;
}

/** The step from b by inverse quadratic interpolation, or by the secant where two points coincide. */
function interpolated(a: number, b: number, c: number, fa: number, fb: number, fc: number) {
  const s = fb / fa;
  if (a === c) return ((c - b) * s) / (s - 1);
  const [q, r] = [fa / fc, fb / fc];
  return ((s * ((c - b) * q * (q - r) - (b - a) * (r - 1))) / ((q - 1) * (r - 1) * (s - 1))) * -1;
}

/**
 * As `findRoot`, with the bracket found by doubling the distance from `start` by `width`, upwards where
 * `f(start)` is negative, downwards where it is positive (`f` rises).
 */
export function findRootFrom(f: (x: number) => number, start: number, width: number): number {
  const at = f(start);
  if (at === 0) return start;
  const direction = at < 0 ? 1 : -1;
  let near = start;
  for (let distance = width; distance < Number.MAX_VALUE; distance *= 2) {
    const far = start + direction * distance;
    if (f(far) * direction >= 0)
      return direction > 0 ? findRoot(f, near, far) : findRoot(f, far, near);
    near = far;
  }
  return direction * Number.POSITIVE_INFINITY;
}
