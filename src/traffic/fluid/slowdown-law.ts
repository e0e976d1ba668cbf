import { distributionOf } from "../../kernel/distribution.js";
import { exp, ln } from "../../kernel/math.js";

/** Upper ends of the parts; one of them has the 99th percentile in its middle. */
const ENDS = [0.3, 0.5, 0.7, 0.85, 0.94, 0.985, 0.995, 1] as const;
/** Shapes of the gamma law for which a table is kept, an octave. */
const STEPS = 16;
/** A delay that varies more than that is all in the last part. */
const LEAST_SHAPE = 0.02;

/** The shares of the parts into which a law of slowdowns is cut. */
export const SLOWDOWN_SHARES: readonly number[] = ENDS.map((end, i) => end - (ENDS[i - 1] ?? 0));

const NO_DELAYS: readonly number[] = ENDS.map(() => 0);

/**
 * How much longer requests are in service who share the CPU, by parts: nothing for those that meet nobody, and
 * for all a delay whose law is a gamma law, so that the least slowdown is 1.
 */
export class SlowdownLaw {
  private readonly byShape = new Map<number, readonly number[]>();

  /**
   * How long the delay of each part is, as a multiple of the mean delay, for slowdowns of that mean, with the squared
   * variation of the delay: a part is slower by 1 and its delay.
   */
  delays(mean: number, squaredVariation: number): readonly number[] {
    if (!(mean > 1)) return NO_DELAYS;
    const shape = Math.max(LEAST_SHAPE, 1 / squaredVariation);
    const key = Math.round((ln(shape) / Math.LN2) * STEPS);
    let delays = this.byShape.get(key);
    if (delays === undefined) {
      delays = partsOf(exp((key / STEPS) * Math.LN2));
      this.byShape.set(key, delays);
    }
    return delays;
  }
}

/** Of a gamma law of mean 1: the middle of each part; what lies beyond them is put into the last. */
function partsOf(shape: number): readonly number[] {
  const law = distributionOf({ type: "gamma", shape, scale: 1 / shape });
  const values = ENDS.map((end, i) => law.quantile((end + (ENDS[i - 1] ?? 0)) / 2));
  const mean = values.reduce((sum, value, i) => sum + value * SLOWDOWN_SHARES[i]!, 0);
  if (mean > 1) return values.map((value) => value / mean);
  const last = values.length - 1;
  values[last]! += (1 - mean) / SLOWDOWN_SHARES[last]!;
  return values;
}
