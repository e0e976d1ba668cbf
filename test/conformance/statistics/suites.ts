import { batchSuites } from "./batch.js";
import { comparisonSuites } from "./comparisons.js";
import { distributionSuites } from "./distributions.js";
import { fairnessSuites } from "./fairness.js";
import { packingSuites } from "./packing.js";
import { resamplingSuites } from "./resampling.js";
import { sampleSuites } from "./samples.js";
import { selectionSuites } from "./selection.js";

// biome-ignore lint/suspicious/noExplicitAny: what is given differs from suite to suite
export type Suite = (given: any) => object;

export const SUITES: Readonly<Record<string, Suite>> = {
  ...distributionSuites,
  ...comparisonSuites,
  ...resamplingSuites,
  ...sampleSuites,
  ...batchSuites,
  ...selectionSuites,
  ...packingSuites,
  ...fairnessSuites,
};
