import { effectSize } from "../../../src/analysis/statistics/effect-size.js";
import {
  benjaminiHochberg,
  bonferroni,
  holm,
} from "../../../src/analysis/statistics/multiple-testing.js";
import {
  pairedDifferences,
  pairedSummary,
  pairedT,
} from "../../../src/analysis/statistics/paired-t.js";
import {
  detectableDifference,
  type HalfWidthPlan,
  pairedPower,
  pairsForPower,
  replicationsForHalfWidth,
} from "../../../src/analysis/statistics/planning.js";
import {
  type SequentialRule,
  sequentialStop,
} from "../../../src/analysis/statistics/sequential.js";
import { wilcoxon, type ZeroRule } from "../../../src/analysis/statistics/wilcoxon.js";

interface Pairs {
  readonly baseline: readonly number[];
  readonly variant: readonly number[];
}

interface Power {
  readonly n: number;
  readonly delta: number;
  readonly sd: number;
  readonly alpha: number;
  readonly power: number;
  readonly sides: 1 | 2;
}

function paired({ baseline, variant }: Pairs) {
  const summary = pairedSummary(pairedDifferences(baseline, variant));
  const test = pairedT(baseline, variant);
  if (test === null) return { ...summary, ci95: null, pTwoSided: null };
  return {
    ...summary,
    ...test,
    ci90: test.interval(0.9),
    ci95: test.interval(0.95),
    ci99: test.interval(0.99),
    lowerBound95: test.lowerBound(0.95),
    upperBound95: test.upperBound(0.95),
  };
}

interface SignedRank extends Pairs {
  readonly differences?: readonly number[];
  readonly zeros: ZeroRule;
  readonly method: "exact" | "normal";
  readonly continuity: boolean;
}

function adjusted({ p }: { p: readonly number[] }) {
  return {
    holm: holm(p),
    benjaminiHochberg: benjaminiHochberg(p),
    bonferroni: bonferroni(p),
    holmRejectAt05: holm(p).map((value) => value <= 0.05),
  };
}

export const comparisonSuites = {
  "paired.t": paired,
  "paired.degenerate": paired,
  "paired.wilcoxon": ({ differences, baseline, variant, ...options }: SignedRank) =>
    wilcoxon(differences ?? pairedDifferences(baseline, variant), options),
  "paired.effect": ({ baseline, variant }: Pairs) =>
    effectSize(pairedDifferences(baseline, variant)),
  "multiple.adjust": adjusted,
  "multiple.invalid": adjusted,
  "planning.halfWidth": (plan: HalfWidthPlan) => replicationsForHalfWidth(plan),
  "planning.power": (given: Power) => ({
    power: pairedPower(given.n, given.delta, given),
    powerFarTailIgnored: pairedPower(given.n, given.delta, given, false),
  }),
  "planning.sampleSize": (given: Power) => {
    const plan = pairsForPower(given.delta, given.power, given);
    return { ...plan, powerAtN: pairedPower(plan.n, given.delta, given) };
  },
  "planning.detectable": (given: Power) => ({
    delta: detectableDifference(given.n, given.power, given),
  }),
  "planning.sequential": ({ stream, ...rule }: SequentialRule & { stream: readonly number[] }) =>
    sequentialStop(stream, rule),
};
