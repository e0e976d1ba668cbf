import { sampleVariance } from "../../../src/analysis/statistics/sample.js";
import {
  type OcbaOptions,
  ocba,
  ocbaStep,
} from "../../../src/analysis/statistics/selection/ocba.js";
import { rinott, rinottConstant } from "../../../src/analysis/statistics/selection/rinott.js";
import {
  type KnPlusPlusOptions,
  type SelectionOptions,
  selectKn,
  selectKnPlusPlus,
} from "../../../src/analysis/statistics/selection/screening.js";

export const selectionSuites = {
  "selection.rinottConstant": (given: {
    systems: number;
    firstStage: number;
    probability: number;
  }) => ({ h: rinottConstant(given.systems, given.firstStage, given.probability) }),
  "selection.rinott": (given: Parameters<typeof rinott>[0]) => ({ ...rinott(given) }),
  "selection.kn": (given: SelectionOptions) => {
    const [a, b] = given.streams.map((stream) => stream.slice(0, given.firstStage));
    return {
      ...selectKn(given),
      varianceOfDifferences01: sampleVariance(a!.map((x, i) => x - b![i]!)),
    };
  },
  "selection.knPlusPlus": (given: KnPlusPlusOptions) => {
    const found = selectKnPlusPlus(given);
    return { ...found, etaLast: found.eta, hSquaredLast: found.hSquared };
  },
  "selection.ocba": (given: OcbaOptions) => ocba(given),
  "selection.ocbaStep": (given: {
    firstStage: number[][];
    increment: number;
    better: "larger" | "smaller";
  }) => ocbaStep({ ...given, observations: given.firstStage }),
};
