import { gaussian } from "../../src/analysis/statistics/gaussian.js";
import {
  FIRST_STAGE,
  lookForBest,
  nextCounts,
} from "../../src/analysis/statistics/selection/until-best.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";

/** Normal variants: of each seed a disturbance that all see, and one of their own. */
export interface Variants {
  readonly means: readonly number[];
  readonly shared: number;
  readonly own: number;
}

const RUNS_PER_ROUND = 10;
const BUDGET = 5_000;

/** Sweeps until the smallest mean is known, with an indifference of 1 and 95 % wanted; the first variant is the best. */
export function untilBestTrials({ means, shared, own }: Variants, trials: number) {
  const stream = new RandomStreams(3).stream(JSON.stringify({ means, shared, own }));
  const draw = gaussian(() => stream.next());
  let [right, ended, runs] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial += 1) {
    const seeds: number[][] = [];
    const value = (i: number, j: number): number => {
      while (seeds.length <= j) {
        const all = shared * draw();
        seeds.push(means.map((mean) => mean + all + own * draw()));
      }
      return seeds[j]![i]!;
    };
    const run = (counts: readonly number[]) =>
      counts.map((count, i) => Array.from({ length: count }, (_, j) => value(i, j)));
    let streams = run(means.map(() => FIRST_STAGE));
    for (;;) {
      const look = lookForBest(streams, {
        better: "smaller",
        indifference: { amount: 1 },
        sure: 0.95,
      });
      const spent = streams.reduce((sum, { length }) => sum + length, 0);
      if (look.probability >= 0.95 || spent >= BUDGET) {
        if (look.best === 0) right += 1;
        if (look.probability >= 0.95) ended += 1;
        runs += spent;
        break;
      }
      streams = run(nextCounts(streams, look, Math.max(RUNS_PER_ROUND, means.length)));
    }
  }
  return { right: right / trials, ended: ended / trials, runs: runs / trials };
}
