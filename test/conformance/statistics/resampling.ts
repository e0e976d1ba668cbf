import { simultaneousBand } from "../../../src/analysis/statistics/bands.js";
import {
  bootstrap,
  type IndexStatistic,
  jackknife,
  meanStatistic,
  quantileStatistic,
  ratioStatistic,
} from "../../../src/analysis/statistics/bootstrap.js";
import { RandomStreams } from "../../../src/kernel/random-streams.js";

interface Given {
  readonly statistic: "mean" | "median" | "quantile" | "ratioOfTotals";
  readonly data?: readonly number[];
  readonly numerator?: readonly number[];
  readonly denominator?: readonly number[];
  readonly q?: number;
  readonly level: number;
  readonly resamples: number;
  readonly tieRule: "strict" | "half";
}

function statisticOf({ statistic, data = [], numerator, denominator, q }: Given): IndexStatistic {
  if (statistic === "mean") return meanStatistic(data);
  if (statistic === "median") return quantileStatistic(data, 0.5);
  if (statistic === "quantile") return quantileStatistic(data, q!);
  return ratioStatistic(numerator!, denominator!);
}

function uniform(): () => number {
  const stream = new RandomStreams(1).stream("resampling");
  return () => stream.next();
}

function band(given: { curves: number[][]; level: number; resamples: number }) {
  const found = simultaneousBand({ ...given, uniform: uniform() });
  const bonferroni = (sign: number) =>
    found.mean.map((value, j) => value + sign * found.bonferroni * found.standardError[j]!);
  return {
    ...found,
    criticalSupT: found.critical,
    criticalPointwiseT: found.pointwise,
    criticalBonferroniT: found.bonferroni,
    criticalSidakT: found.sidak,
    bonferroniLower: bonferroni(-1),
    bonferroniUpper: bonferroni(1),
  };
}

export const resamplingSuites = {
  bootstrap: (given: Given) => {
    const n = (given.data ?? given.numerator)!.length;
    const { resamples, tieRule, level } = given;
    const statistic = statisticOf(given);
    const found = bootstrap({ n, statistic, resamples, tieRule, uniform: uniform() });
    return {
      ...found,
      percentile: found.percentile(level),
      basic: found.basic(level),
      bca: found.bca(level),
    };
  },
  "bootstrap.acceleration": (given: Given) => {
    const n = (given.data ?? given.numerator)!.length;
    const statistic = statisticOf(given);
    const { values, acceleration } = jackknife(n, statistic);
    const all = Int32Array.from({ length: n }, (_, i) => i);
    return { estimate: statistic(all), jackknife: values, acceleration };
  },
  "bands.supT": band,
  "bands.invalid": (given: { curves: number[][]; level: number }) =>
    band({ ...given, resamples: 100 }),
};
