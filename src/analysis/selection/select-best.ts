import type { Variant } from "../results/variants.js";
import { NotComparable } from "../comparison/compare-results.js";
import { meanOf, sampleVariance } from "../statistics/sample.js";
import { ocba, ocbaStep, probabilityOfCorrectSelection } from "../statistics/selection/ocba.js";
import type { Better } from "../statistics/selection/means.js";
import { selectKnPlusPlus, StreamsTooShort } from "../statistics/selection/screening.js";

export interface BestOptions {
  /** `metric{labels}`. */
  readonly key: string;
  readonly better: Better;
  /** The smallest difference worth telling, in the metric's unit; null: `indifferenceShare` of the largest mean. */
  readonly indifference: number | null;
  readonly indifferenceShare: number;
  /** The chance of a wrong selection that is allowed. */
  readonly alpha: number;
  /** Seeds of which all variants are looked at before any is put aside. */
  readonly firstStage: number;
  /** Further runs that are to be shared out, if any. */
  readonly budget?: number;
}

interface RankedVariant {
  readonly name: string;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly seeds: number;
  /** The seed's number in order at which it was put aside; null if it never was. */
  readonly asideAfter: number | null;
  /** Share of further seeds by optimal computing budget allocation; null where it cannot be told. */
  readonly furtherShare: number | null;
  /** Its part of the budget, in runs; null without one, or where it cannot be told. */
  readonly furtherSeeds: number | null;
}

export interface BestFound {
  readonly scenario: string;
  /** Of the variant that has the most. */
  readonly seeds: number;
  readonly unit: string;
  readonly indifference: number;
  /** The best first. */
  readonly ranked: readonly RankedVariant[];
  /** Null: the seeds do not suffice to tell. */
  readonly selected: string | null;
  /** Seeds that were needed; null without a selection. */
  readonly rounds: number | null;
  /** No seed changes the metric of any variant. */
  readonly isDeterministic: boolean;
  /**
   * A lower bound, by normal approximation, of the probability that the best mean is that of the best variant, however little it
   * leads (APCS-B; Chen and others 2000); null where it cannot be told.
   */
  readonly probabilityOfBestMean: number | null;
}

/**
 * Selects the best of all variants of a scenario under common random numbers, by KN++ (Kim and Nelson 2006, Operations
 * Research 54:475): the selection is right with probability 1 − alpha at least, asymptotically, where the best leads by the
 * indifference; where it leads by less, it is within that of the best. A variant may have fewer seeds than others, the first of
 * theirs: it is compared as far as they go.
 */
export function selectBest(variants: readonly Variant[], options: BestOptions): BestFound {
  const [first] = variants;
  if (first === undefined || variants.length < 2) {
    throw new NotComparable("there is one variant only: nothing to choose from");
  }
  const longest = variants.reduce((a, b) => (b.runs.size > a.runs.size ? b : a));
  const seeds = seedsOf(longest);
  const streams = variants.map((variant) => valuesOf(variant, longest, options.key));
  const means = streams.map(meanOf);
  const largest = Math.max(...means.map(Math.abs));
  const indifference = options.indifference ?? options.indifferenceShare * largest;
  const sds = streams.map((stream) => (stream.length < 2 ? 0 : Math.sqrt(sampleVariance(stream))));
  const isDeterministic = sds.every((sd) => sd === 0);
  const outcome =
    isDeterministic || indifference === 0 ? null : select(streams, { ...options, indifference });
  const sign = options.better === "larger" ? -1 : 1;
  const order = means.map((_, i) => i).sort((a, b) => sign * (means[a]! - means[b]!) || a - b);
  const further = furtherRuns(streams, { means, sds }, options);
  const selected = isDeterministic ? order[0]! : (outcome?.selected ?? null);
  return {
    scenario: first.scenario,
    seeds: seeds.length,
    unit: first.runs.get(seeds[0]!)?.figures.get(options.key)?.unit ?? "",
    indifference,
    ranked: order.map((i) => ({
      name: variants[i]!.name,
      mean: means[i]!,
      standardDeviation: sds[i]!,
      seeds: streams[i]!.length,
      asideAfter: outcome?.eliminatedAt[i] ?? null,
      furtherShare: further?.shares[i] ?? null,
      furtherSeeds: further?.runs?.[i] ?? null,
    })),
    selected: selected === null ? null : variants[selected]!.name,
    rounds: outcome?.rounds ?? (isDeterministic ? 1 : null),
    isDeterministic,
    probabilityOfBestMean: further?.probability ?? null,
  };
}

function select(
  streams: readonly (readonly number[])[],
  { better, indifference, alpha, firstStage }: BestOptions & { readonly indifference: number },
) {
  if (streams.some(({ length }) => length < firstStage)) return null;
  try {
    return selectKnPlusPlus({
      streams,
      firstStage,
      indifference,
      alpha,
      better,
      beta: "crn",
      variance: "differences",
    });
  } catch (error) {
    if (error instanceof StreamsTooShort) return null;
    throw error;
  }
}

/** Null where a variant's figure does not vary: then nothing can be said of what more seeds would give. */
function furtherRuns(
  streams: readonly (readonly number[])[],
  { means, sds }: { readonly means: readonly number[]; readonly sds: readonly number[] },
  { better, budget }: BestOptions,
) {
  if (sds.some((sd) => sd === 0)) return null;
  const { fractions } = ocba({ means, sds, budget: 1, better });
  const counts = streams.map(({ length }) => length);
  const step =
    budget === undefined ? null : ocbaStep({ observations: streams, increment: budget, better });
  return {
    shares: fractions,
    runs: step?.allocationWhole.map((total, i) => total - counts[i]!) ?? null,
    probability: probabilityOfCorrectSelection({ means, sds, counts, better }),
  };
}

function seedsOf({ runs }: Variant): readonly number[] {
  return [...runs.keys()].sort((a, b) => a - b);
}

/** In the order of the seeds of the variant that has the most, whose first ones all others must have. */
function valuesOf(variant: Variant, longest: Variant, key: string): number[] {
  const seeds = seedsOf(longest).slice(0, variant.runs.size);
  if (!seeds.every((seed) => variant.runs.has(seed))) {
    throw new NotComparable(
      `${variant.name} has other seeds than ${longest.name}, not the first of them: run the missing ones, or leave these results out`,
    );
  }
  return seeds.map((seed) => {
    const value = variant.runs.get(seed)!.figures.get(key)?.value;
    if (value !== undefined && Number.isFinite(value)) return value;
    throw new NotComparable(`${variant.name} has no value of ${key} under seed ${seed}`);
  });
}
