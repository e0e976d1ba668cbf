import {
  batchMeans,
  lag1Autocorrelation,
  vonNeumann,
} from "../../../src/analysis/statistics/batch-means.js";
import { mser } from "../../../src/analysis/statistics/warm-up.js";

type Series = { series: number[] };

function ratio(found: ReturnType<typeof vonNeumann>) {
  return {
    vonNeumannRatio: found?.ratio,
    vonNeumannZ: found?.z,
    vonNeumannPGreater: found?.pGreater,
  };
}

function means({ series, batches }: Series & { batches: number }) {
  const found = batchMeans(series, batches);
  return { ...found, ci95: found.interval, ...ratio(found.vonNeumann) };
}

const cut =
  (batchSize: number) =>
  ({ series }: Series) => {
    const found = mser(series, batchSize);
    return {
      ...found,
      truncateBatchesFirstHalf: found.firstHalf,
      truncateObservationsFirstHalf: found.firstHalf * batchSize,
      truncateBatchesAll: found.all,
      truncateObservationsAll: found.all === null ? null : found.all * batchSize,
      statisticAt: Object.fromEntries(
        Array.from({ length: found.batches }, (_, d) => [d, found.statisticAt(d)]),
      ),
    };
  };

export const batchSuites = {
  "batch.means": means,
  "batch.invalid": means,
  "batch.autocorrelation": ({ series }: Series) => ({
    lag1Observations: lag1Autocorrelation(series),
    ...ratio(vonNeumann(series)),
  }),
  "warmup.mser5": cut(5),
  "warmup.mser1": cut(1),
};
