import { exp } from "../../kernel/math.js";
import { findRootFrom } from "./find-root.js";
import { noncentralT } from "./noncentral-t.js";
import { pairedSummary } from "./paired-t.js";
import { sorted } from "./sample.js";
import { lnGamma } from "./special-functions.js";
import { signedRankDistribution, wilcoxon } from "./wilcoxon.js";

/** How large a paired difference is in units of its own spread, or by ranks. */
export interface EffectSize {
  /** Mean over standard deviation of the differences (Cohen 1988); null where they do not vary. */
  readonly cohenDz: number | null;
  /** Cohen's d_z without its bias (Hedges 1981), exact and by the usual approximation. */
  readonly hedgesExact: number | null;
  readonly hedgesApprox: number | null;
  readonly cohenDzCi95: readonly [number, number] | null;
  /** Matched-pairs rank-biserial correlation (Kerby 2014), zeros dropped; null without a difference. */
  readonly rankBiserial: number | null;
  /** Median of all Walsh averages (Hodges and Lehmann 1963), its interval and what level that reaches. */
  readonly hodgesLehmann: number;
  readonly hodgesLehmannCi95: readonly [number, number];
  readonly hodgesLehmannCiAchieved: number;
}

/** Effect sizes of paired differences. Throws a RangeError for none. */
export function effectSize(differences: readonly number[]): EffectSize {
  const { n, meanDiff, sdDiff } = pairedSummary(differences);
  const cohenDz = n > 1 && sdDiff > 0 ? meanDiff / sdDiff : null;
  const enough = n > 2 && cohenDz !== null;
  const { rPlus, rMinus } = wilcoxon(differences, { method: "normal" });
  return {
    cohenDz,
    hedgesExact: enough ? cohenDz * biasFactor(n - 1) : null,
    hedgesApprox: enough ? cohenDz * (1 - 3 / (4 * (n - 1) - 1)) : null,
    cohenDzCi95: cohenDz === null ? null : noncentralityInterval(cohenDz, n),
    rankBiserial: rPlus + rMinus === 0 ? null : (rPlus - rMinus) / (rPlus + rMinus),
    ...hodgesLehmann(differences),
  };
}

function biasFactor(df: number): number {
  return exp(lnGamma(df / 2) - lnGamma((df - 1) / 2)) / Math.sqrt(df / 2);
}

/** The means under which the t seen would lie at either end of the middle 95 %. */
function noncentralityInterval(cohenDz: number, n: number): readonly [number, number] {
  const t = cohenDz * Math.sqrt(n);
  const limit = (p: number) =>
    findRootFrom((ncp) => p - noncentralT(n - 1, ncp).cdf(t), t, 1) / Math.sqrt(n);
  return [limit(0.975), limit(0.025)];
}

function hodgesLehmann(differences: readonly number[]) {
  const n = differences.length;
  const walsh = new Float64Array((n * (n + 1)) / 2);
  let count = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) walsh[count++] = (differences[i]! + differences[j]!) / 2;
  }
  const rising = sorted(walsh);
  const middle = (count - 1) / 2;
  const { rank, level } = walshRank(n);
  return {
    hodgesLehmann: (rising[Math.floor(middle)]! + rising[Math.ceil(middle)]!) / 2,
    hodgesLehmannCi95: [rising[rank - 1]!, rising[count - rank]!] as const,
    hodgesLehmannCiAchieved: level,
  };
}

/** Which Walsh averages from either end bound the median at 95 %, and the level that they reach. */
function walshRank(n: number): { rank: number; level: number } {
  const share = signedRankDistribution(Array.from({ length: n }, (_, i) => i + 1));
  let [sum, below, rank] = [0, 0, 0];
  for (; rank * 2 < share.length; rank++) {
    sum += share[rank * 2]!;
    if (sum >= 0.025) break;
    below = sum;
  }
  if (rank === 0) return { rank: 1, level: 1 - 2 * sum };
  return { rank, level: 1 - 2 * below };
}
