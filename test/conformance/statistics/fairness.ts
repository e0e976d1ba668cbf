import {
  type DrfOptions,
  drfDivisible,
  drfWholeTasks,
} from "../../../src/analysis/fairness/dominant-resource-fairness.js";
import { dominantShare } from "../../../src/analysis/fairness/dominant-share.js";
import { fairnessIndices } from "../../../src/analysis/fairness/indices.js";
import { maxMinFair } from "../../../src/analysis/fairness/max-min.js";
import { boundedSlowdown, slowdown } from "../../../src/analysis/fairness/slowdown.js";
import { meanOf } from "../../../src/analysis/statistics/sample.js";

export const fairnessSuites = {
  "fairness.indices": ({ values }: { values: number[] }) =>
    fairnessIndices(values) ?? {
      jain: null,
      gini: null,
      giniCorrected: null,
      coefficientOfVariationPopulation: null,
      coefficientOfVariationSample: null,
    },
  "fairness.slowdown": (given: {
    waitSeconds: number[];
    runSeconds: number[];
    boundSeconds: number;
  }) => {
    const plain = given.waitSeconds.map((wait, i) => slowdown(wait, given.runSeconds[i]!));
    const bounded = given.waitSeconds.map((wait, i) =>
      boundedSlowdown(wait, given.runSeconds[i]!, given.boundSeconds),
    );
    return {
      slowdown: plain,
      boundedSlowdown: bounded,
      meanSlowdown: meanOf(plain),
      meanBoundedSlowdown: meanOf(bounded),
    };
  },
  "fairness.dominantShare": (given: {
    resources: string[];
    capacity: number[];
    usage: number[][];
  }) => {
    const shares = given.usage.map((usage) => dominantShare(usage, given.capacity));
    return {
      dominantShare: shares.map(({ share }) => share),
      dominantResource: shares.map(({ resource }) =>
        resource === null ? null : given.resources[resource],
      ),
    };
  },
  "fairness.maxMin": (given: { capacity: number; demands: number[]; weights: number[] }) =>
    maxMinFair(given.capacity, given.demands, given.weights),
  "fairness.drf": (given: DrfOptions) => {
    const stop = drfWholeTasks(given, "stop");
    return {
      divisible: drfDivisible(given),
      wholeTasksStop: { ...stop, order: stop.order?.slice(0, 60) },
      wholeTasksSkip: drfWholeTasks(given, "skip"),
    };
  },
};
