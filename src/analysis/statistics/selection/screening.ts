import { pow } from "../../../kernel/math.js";
import { meanOf, sampleVariance, square } from "../sample.js";
import { type Better, indexOfLargest, turned } from "./means.js";

export interface SelectionOptions {
  /** Observation j of system i; columns belong together where random numbers are common. */
  readonly streams: readonly (readonly number[])[];
  readonly firstStage: number;
  /** The smallest difference worth telling. */
  readonly indifference: number;
  /** The chance of a wrong selection that is allowed. */
  readonly alpha: number;
  readonly better: Better;
}

export interface Selected {
  readonly selected: number;
  /** Observations of each that was in to the end. */
  readonly rounds: number;
  readonly observations: readonly number[];
  /** The round in which a system was put aside; null for the rest. */
  readonly eliminatedAt: readonly (number | null)[];
  readonly eta: number;
  readonly hSquared: number;
}

/** Raised where the streams end before one system is left. */
export class StreamsTooShort extends RangeError {}

/**
 * Fully sequential selection under an indifference zone, KN (Kim and Nelson 2001, ACM TOMACS 11:251): variances of the differences
 * are those of the first stage.
 */
export function selectKn(options: SelectionOptions): Selected {
  const { firstStage: n0, alpha } = options;
  const data = turned(options.streams, options.better);
  const k = data.length;
  const eta = (pow((2 * alpha) / (k - 1), -2 / (n0 - 1)) - 1) / 2;
  const hSquared = 2 * eta * (n0 - 1);
  const all = data.map((_, i) => i);
  const variances = differenceVariances(data, n0, all);
  const last = (i: number, l: number) =>
    Math.floor((hSquared * variances[i]![l]!) / square(options.indifference));
  const most = Math.max(
    ...data.flatMap((_, i) => data.flatMap((__, l) => (l === i ? [] : [last(i, l)]))),
  );
  return screen(data, options, {
    stopAfter: most + 1,
    scale: () => ({ eta, hSquared, variances }),
  });
}

export interface KnPlusPlusOptions extends SelectionOptions {
  /** `crn`: a bound that holds under common random numbers; `independent`: the narrower one without them. */
  readonly beta: "crn" | "independent";
  /** Variance of the differences, or the sum of the two variances. */
  readonly variance: "differences" | "sum";
}

/** KN++ (Kim and Nelson 2006, Operations Research 54:475): variances are renewed at every round. */
export function selectKnPlusPlus(options: KnPlusPlusOptions): Selected {
  const data = turned(options.streams, options.better);
  const k = data.length;
  const share =
    options.beta === "crn" ? options.alpha / (k - 1) : 1 - pow(1 - options.alpha, 1 / (k - 1));
  return screen(data, options, {
    stopAfter: Number.POSITIVE_INFINITY,
    scale(r, inside) {
      const eta = (pow(2 * share, -2 / (r - 1)) - 1) / 2;
      const variances =
        options.variance === "differences"
          ? differenceVariances(data, r, inside)
          : summedVariances(data, r);
      return { eta, hSquared: 2 * eta * (r - 1), variances };
    },
  });
}

interface Scale {
  readonly eta: number;
  readonly hSquared: number;
  readonly variances: readonly (readonly number[])[];
}

function screen(
  data: readonly (readonly number[])[],
  { firstStage, indifference }: SelectionOptions,
  {
    stopAfter,
    scale,
  }: { stopAfter: number; scale: (r: number, inside: readonly number[]) => Scale },
): Selected {
  const observations = data.map(() => firstStage);
  const eliminatedAt: (number | null)[] = data.map(() => null);
  let inside = data.map((_, i) => i);
  for (let r = firstStage; ; r++) {
    for (const i of inside) {
      if (data[i]!.length < r) throw new StreamsTooShort(`system ${i} has no observation ${r}`);
      observations[i] = r;
    }
    const { eta, hSquared, variances } = scale(r, inside);
    const means = data.map((stream) => meanOf(stream.slice(0, r)));
    const end = () => {
      const selected = indexOfLargest(means, inside);
      return { selected, rounds: r, observations, eliminatedAt, eta, hSquared };
    };
    if (r >= stopAfter) return end();
    const room = (i: number, l: number) =>
      Math.max(
        0,
        (indifference / (2 * r)) * ((hSquared * variances[i]![l]!) / square(indifference) - r),
      );
    const kept = inside.filter((i) =>
      inside.every((l) => l === i || means[i]! >= means[l]! - room(i, l)),
    );
    for (const i of inside) if (!kept.includes(i)) eliminatedAt[i] = r;
    inside = kept;
    if (inside.length === 1) return end();
  }
}

/** Of systems that are still in, whose streams are long enough; 0 for others. */
function differenceVariances(
  data: readonly (readonly number[])[],
  n: number,
  inside: readonly number[],
): number[][] {
  const variances = data.map(() => new Array<number>(data.length).fill(0));
  for (const i of inside) {
    for (const l of inside) {
      if (i === l) continue;
      const other = data[l]!;
      variances[i]![l] = sampleVariance(data[i]!.slice(0, n).map((x, j) => x - other[j]!));
    }
  }
  return variances;
}

function summedVariances(data: readonly (readonly number[])[], n: number): number[][] {
  const own = data.map((stream) => sampleVariance(stream.slice(0, n)));
  return own.map((a, i) => own.map((b, l) => (i === l ? 0 : a + b)));
}
