import { normal } from "./normal.js";
import { checkFinite, meanOf, sampleVariance, square, squaredDeviations } from "./sample.js";
import { studentT } from "./student-t.js";

/** Autocorrelation at lag 1, both sums over n; null where the series does not vary. */
export function lag1Autocorrelation(series: readonly number[]): number | null {
  const mean = meanOf(series);
  const squares = squaredDeviations(series, mean);
  if (squares === 0) return null;
  let products = 0;
  for (let i = 1; i < series.length; i++) products += (series[i - 1]! - mean) * (series[i]! - mean);
  return products / squares;
}

/**
 * Von Neumann's ratio (1941): squared steps over squared deviations, 2 when independent; `pGreater` is the upper tail
 * of its normal approximation, small where neighbours are alike. Null where the series does not vary.
 */
export function vonNeumann(series: readonly number[]) {
  const squares = squaredDeviations(series);
  const n = series.length;
  if (squares === 0 || n < 3) return null;
  let steps = 0;
  for (let i = 1; i < n; i++) steps += square(series[i]! - series[i - 1]!);
  const ratio = steps / squares;
  const z = (1 - ratio / 2) / Math.sqrt((n - 2) / (n * n - 1));
  return { ratio, z, pGreater: normal.sf(z) };
}

/**
 * Batch means of one long run (Law and Carson 1979): equal batches, the remainder at the end dropped, an interval by Student's t
 * over them. Throws a RangeError for fewer than two batches or more than observations.
 */
export function batchMeans(series: readonly number[], batches: number, level = 0.95) {
  checkFinite(series);
  if (!(Number.isInteger(batches) && batches >= 2 && batches <= series.length)) {
    throw new RangeError(`between 2 and ${series.length} batches are possible, not ${batches}`);
  }
  const batchSize = Math.floor(series.length / batches);
  const used = series.slice(0, batchSize * batches);
  const means = Array.from({ length: batches }, (_, i) =>
    meanOf(used.slice(i * batchSize, (i + 1) * batchSize)),
  );
  const grandMean = meanOf(means);
  const variance = sampleVariance(means);
  const standardError = Math.sqrt(variance / batches);
  const df = batches - 1;
  const half = studentT(df).quantile((1 + level) / 2) * standardError;
  const lag1Observations = lag1Autocorrelation(series);
  return {
    batchSize,
    batchMeans: means,
    grandMean,
    varianceOfBatchMeans: variance,
    standardError,
    df,
    interval: variance === 0 ? null : ([grandMean - half, grandMean + half] as const),
    lag1Observations,
    lag1BatchMeans: lag1Autocorrelation(means),
    effectiveSampleSizeAr1:
      lag1Observations === null
        ? null
        : (series.length * (1 - lag1Observations)) / (1 + lag1Observations),
    effectiveSampleSizeBatch:
      variance === 0 ? null : (used.length * sampleVariance(used)) / (batchSize * variance),
    vonNeumann: vonNeumann(means),
  };
}
