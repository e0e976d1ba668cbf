import { normal } from "./normal.js";
import { midRanks, tieSizes } from "./ranks.js";
import { checkFinite, sumOf } from "./sample.js";

/**
 * What becomes of differences of 0: `wilcox` drops them before ranking; `pratt` ranks them, then leaves their
 * ranks out; `zsplit` gives half of their ranks to each side.
 */
export type ZeroRule = "wilcox" | "pratt" | "zsplit";

export interface WilcoxonOptions {
  readonly zeros?: ZeroRule;
  /** `exact`: over all sign flips of the ranks at hand, ties and zeros included. */
  readonly method?: "exact" | "normal";
  /** Half a rank towards the mean, for `normal`. */
  readonly continuity?: boolean;
}

export interface Wilcoxon {
  readonly nUsed: number;
  /** Sum of the ranks of positive differences. */
  readonly rPlus: number;
  readonly rMinus: number;
  readonly pTwoSided: number;
  readonly pGreater: number;
  readonly pLess: number;
  /** With `method: normal` only. */
  readonly z?: number;
}

interface SignedRanks {
  readonly nUsed: number;
  /** Ranks whose sign is open. */
  readonly ranks: readonly number[];
  readonly rPlus: number;
  readonly rMinus: number;
  /** Ranks of zeros that count for each side, half of their sum. */
  readonly zeroShare: number;
  readonly zeroCount: number;
  readonly magnitudes: readonly number[];
}

/**
 * The signed-rank test (Wilcoxon 1945; Pratt 1959 for zeros). Throws a RangeError for no differences or some
 * that are not finite. Without any difference but 0, p is 1.
 */
export function wilcoxon(differences: readonly number[], options: WilcoxonOptions = {}): Wilcoxon {
  const { zeros = "wilcox", method = "exact", continuity = true } = options;
  checkFinite(differences);
  const signed = signedRanks(differences, zeros);
  return method === "exact" ? exact(signed) : approximate(signed, zeros, continuity);
}

function signedRanks(differences: readonly number[], zeros: ZeroRule): SignedRanks {
  const ranked = zeros === "wilcox" ? differences.filter((d) => d !== 0) : differences;
  const magnitudes = ranked.map(Math.abs);
  const ranks = midRanks(magnitudes);
  const sumWhere = (test: (d: number) => boolean) =>
    sumOf(ranks.filter((_, i) => test(ranked[i]!)));
  const zeroCount = ranked.filter((d) => d === 0).length;
  const zeroShare = zeros === "zsplit" ? sumWhere((d) => d === 0) / 2 : 0;
  return {
    nUsed: ranked.length,
    ranks: ranks.filter((_, i) => ranked[i] !== 0),
    rPlus: sumWhere((d) => d > 0) + zeroShare,
    rMinus: sumWhere((d) => d < 0) + zeroShare,
    zeroShare,
    zeroCount,
    magnitudes,
  };
}

/**
 * The distribution of the sum of `ranks` (multiples of a half) that fall on the positive side, each by the toss of
 * a coin: `[s]` is the probability of a sum of s / 2.
 */
export function signedRankDistribution(ranks: readonly number[]): Float64Array {
  let share = Float64Array.of(1);
  for (const rank of ranks) {
    const shift = Math.round(2 * rank);
    const next = new Float64Array(share.length + shift);
    for (let s = 0; s < share.length; s++) {
      next[s]! += share[s]! / 2;
      next[s + shift]! += share[s]! / 2;
    }
    share = next;
  }
  return share;
}

function exact({ nUsed, ranks, rPlus, rMinus, zeroShare }: SignedRanks): Wilcoxon {
  const share = signedRankDistribution(ranks);
  const observed = Math.round(2 * (rPlus - zeroShare));
  let [pLess, pGreater] = [0, 0];
  for (let s = 0; s <= observed; s++) pLess += share[s]!;
  for (let s = share.length - 1; s >= observed; s--) pGreater += share[s]!;
  const pTwoSided = Math.min(1, 2 * Math.min(pLess, pGreater));
  return { nUsed, rPlus, rMinus, pTwoSided, pGreater, pLess };
}

function approximate(signed: SignedRanks, zeros: ZeroRule, continuity: boolean): Wilcoxon {
  const { nUsed, rPlus, rMinus, magnitudes, zeroCount } = signed;
  const n = magnitudes.length;
  let mean = (n * (n + 1)) / 4;
  let variance = (n * (n + 1) * (2 * n + 1)) / 24;
  if (zeros === "pratt") {
    mean -= (zeroCount * (zeroCount + 1)) / 4;
    variance -= (zeroCount * (zeroCount + 1) * (2 * zeroCount + 1)) / 24;
  }
  const tied = zeros === "pratt" ? magnitudes.filter((m) => m !== 0) : magnitudes;
  variance -= sumOf(tieSizes(tied).map((t) => t * t * t - t)) / 48;
  const half = continuity ? 0.5 : 0;
  const at = (correction: number) => (rPlus - mean - correction) / Math.sqrt(variance);
  const z = variance > 0 ? at(half * Math.sign(rPlus - mean)) : 0;
  const pTwoSided = Math.min(1, 2 * normal.sf(Math.abs(z)));
  if (variance === 0) return { nUsed, rPlus, rMinus, pTwoSided, pGreater: 1, pLess: 1, z };
  return {
    nUsed,
    rPlus,
    rMinus,
    pTwoSided,
    pGreater: normal.sf(at(half)),
    pLess: normal.cdf(at(-half)),
    z,
  };
}
