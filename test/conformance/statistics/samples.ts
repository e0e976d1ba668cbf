import { quantileOf, quantileOverRuns } from "../../../src/analysis/statistics/quantiles.js";
import { meanOf, sumOf } from "../../../src/analysis/statistics/sample.js";
import { type StepFunction, stepFigures } from "../../../src/analysis/statistics/step-function.js";
import { weightedSample } from "../../../src/analysis/statistics/weighted-sample.js";

export const sampleSuites = {
  "quantiles.hyndmanFan": ({ data, p }: { data: number[]; p: number[] }) =>
    Object.fromEntries(
      ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((type) => [
        `type${type}`,
        p.map((share) => quantileOf(data, share, type)),
      ]),
    ),
  "quantiles.weighted": (given: { data: number[]; weights: number[]; p: number[] }) => {
    const found = weightedSample(given.data, given.weights);
    return { ...found, quantilesInvertedCdf: given.p.map(found.quantile) };
  },
  "quantiles.stepFunction": (given: StepFunction & { p: number[]; threshold: number }) => {
    const found = stepFigures(given);
    return {
      ...found,
      quantiles: given.p.map(found.quantile),
      fractionAtMost: found.fractionAtMost(given.threshold),
    };
  },
  "quantiles.ratio": (given: { numerator: number[]; denominator: number[] }) => ({
    ratioOfTotals: sumOf(given.numerator) / sumOf(given.denominator),
    meanOfRatios: meanOf(given.numerator.map((x, i) => x / given.denominator[i]!)),
  }),
  "quantiles.overRuns": ({ runs, p }: { runs: number[][]; p: number }) => {
    const { perRun, mean } = quantileOverRuns(runs, p);
    return { perRun, meanOfRunQuantiles: mean, pooledQuantile: quantileOf(runs.flat(), p) };
  },
};
