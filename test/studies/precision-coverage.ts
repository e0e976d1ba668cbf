import { meanOf, sampleVariance } from "../../src/analysis/statistics/sample.js";
import { gaussian } from "../../src/analysis/statistics/gaussian.js";
import { tQuantiles } from "../../src/analysis/statistics/student-t.js";
import {
  FEWEST_SEEDS,
  precisionOf,
  SEEDS_PER_LOOK,
} from "../../src/analysis/statistics/until-precision.js";
import { exp, ln } from "../../src/kernel/math.js";
import { RandomStreams, type RandomStream } from "../../src/kernel/random-streams.js";

const LEVEL = 0.95;
const RELATIVE_HALF_WIDTH = 0.05;
const REPETITIONS = 20_000;
const CVS = [0.05, 0.08, 0.12, 0.2, 0.4] as const;

/** Values of one seed each, with mean 1 and a coefficient of variation of `cv`. */
type Shape = (stream: RandomStream, cv: number) => () => number;

const SHAPES: Readonly<Record<string, Shape>> = {
  normal: (stream, cv) => {
    const draw = gaussian(() => stream.next());
    return () => 1 + cv * draw();
  },
  lognormal: (stream, cv) => {
    const draw = gaussian(() => stream.next());
    const variance = ln(1 + cv * cv);
    return () => exp(Math.sqrt(variance) * draw() - variance / 2);
  },
  "exponential, shifted": (stream, cv) => () => 1 - cv * (1 + ln(1 - stream.next())),
};

/** Whether to stop after a look. */
type Rule = (values: readonly number[]) => boolean;

const quantile = tQuantiles((1 + LEVEL) / 2);
const RULE = { relativeHalfWidth: RELATIVE_HALF_WIDTH, level: LEVEL, quantile };
const corrected: Rule = (values) => precisionOf(values, RULE).isReached;
const uncorrected: Rule = (values) =>
  halfWidth(values) <= RELATIVE_HALF_WIDTH * Math.abs(meanOf(values));

function halfWidth(values: readonly number[]): number {
  return quantile(values.length - 1) * Math.sqrt(sampleVariance(values) / values.length);
}

interface Stopping {
  readonly draw: () => number;
  readonly rule: Rule;
  /** Seeds at the first look. */
  readonly first: number;
}

/** Share of the intervals that hold the mean after stopping by a rule, and the mean number of seeds. */
function measure({ draw, rule, first }: Stopping, repetitions: number) {
  let [held, seeds] = [0, 0];
  for (let i = 0; i < repetitions; i += 1) {
    const values = Array.from({ length: first }, draw);
    while (!rule(values)) for (let j = 0; j < SEEDS_PER_LOOK; j += 1) values.push(draw());
    seeds += values.length;
    if (Math.abs(meanOf(values) - 1) <= halfWidth(values)) held += 1;
  }
  return { share: held / repetitions, seeds: seeds / repetitions };
}

/** That of the rule of `sweep --until-precision 'metric ± 5 %'`, for a shape of the table. */
export function coverageAfterStopping(name: string, cv: number, repetitions: number) {
  const stream = new RandomStreams(2).stream(`${name}/${cv}`);
  const first = FEWEST_SEEDS + SEEDS_PER_LOOK;
  return measure({ draw: SHAPES[name]!(stream, cv), rule: corrected, first }, repetitions);
}

function cell(stopping: Stopping): string {
  const { share, seeds } = measure(stopping, REPETITIONS);
  return `${(100 * share).toFixed(1)} % (${Math.round(seeds)})`;
}

/**
 * How often intervals hold the mean after `sweep --until-precision 'metric ± 5 %'`, by shape and coefficient of variation, with the
 * mean number of seeds; and after stopping at the first look that is narrow enough, from five seeds on.
 */
export function stoppingTable(): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rows = (suffix: string, rule: Rule, first: number) =>
    Object.entries(SHAPES).map(([name, shape]) => {
      const cells = CVS.map((cv) => {
        const stream = new RandomStreams(2).stream(`${name}${suffix}/${cv}`);
        return cell({ draw: shape(stream, cv), rule, first });
      });
      return row([`${name}${suffix}`, ...cells]);
    });
  return [
    row(["shape", ...CVS.map((cv) => `cv ${cv}`)]),
    row(["---", ...CVS.map(() => "---:")]),
    ...rows("", corrected, FEWEST_SEEDS + SEEDS_PER_LOOK),
    ...rows(", uncorrected", uncorrected, SEEDS_PER_LOOK),
  ].join("");
}
