import { dominantShares, finishTimeFairness, jain } from "./metrics/fairness.js";
import {
  boundedSlowdownMean,
  costOfWork,
  disruption,
  makespan,
  slowdownMean,
} from "./metrics/jobs.js";
import { fragmentation, stranded } from "./metrics/leftovers.js";
import {
  holeFilling,
  packingBound,
  packingEfficiency,
  packingLinearBound,
  packingLinearEfficiency,
} from "./metrics/packing.js";
import type { QualityMetric } from "./quality-metric.js";

/** Every metric that is computed from the files of a run, in the order of the dictionary. */
export const QUALITY_METRICS: readonly QualityMetric[] = [
  packingBound,
  packingEfficiency,
  packingLinearBound,
  packingLinearEfficiency,
  holeFilling,
  stranded,
  fragmentation,
  dominantShares,
  jain,
  finishTimeFairness,
  slowdownMean,
  boundedSlowdownMean,
  makespan,
  disruption,
  costOfWork,
];
