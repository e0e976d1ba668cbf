import type { ComparedRow } from "../comparison/compare-results.js";
import { changeCell, numberCell, signedCell } from "../tables/figure-cell.js";

type Verdict = "found" | "open" | "exact" | "same";

export interface Finding {
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** What the compared rows say, one sentence each, the surest first; nothing is called better, for that is the reader's to say. */
export function findings(rows: readonly ComparedRow[], level: number): readonly Finding[] {
  const order: readonly Verdict[] = ["found", "exact", "open", "same"];
  return rows
    .map((row) => findingOf(row, level))
    .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

function findingOf(row: ComparedRow, level: number): Finding {
  const { comparison, key, variant, baseline, unit } = row;
  const { difference, relative, pairs, interval, detectable, seedsNeeded } = comparison;
  const values = `${numberCell(comparison.variantMean)} against ${numberCell(comparison.baselineMean)} ${unit}`;
  const who = `${key}, ${variant} and ${baseline}: ${values}`;
  if (row.isSameRun) return { verdict: "same", sentence: `${who}; the same runs, event by event.` };
  if (comparison.isDeterministic || interval === null) {
    const why =
      pairs === 1 ? "one pair of runs, so no interval" : "equal in every seed: one observation";
    return {
      verdict: difference === 0 ? "same" : "exact",
      sentence: `${who}; a difference of ${signedCell(difference)} (${changeCell(relative)}), ${why}.`,
    };
  }
  const share = Number((level * 100).toFixed(2));
  const ends = `${signedCell(interval[0])} to ${signedCell(interval[1])}`;
  const change = `${signedCell(difference)} (${changeCell(relative)}), ${share} % interval ${ends}`;
  if (row.pHolm !== null && row.pHolm <= 1 - level) {
    const word = difference > 0 ? "higher" : "lower";
    return {
      verdict: "found",
      sentence: `${who}; ${word}, a difference of ${change}. Found over the whole table (Holm, p ${pText(row.pHolm)}).`,
    };
  }
  const least = detectable === null ? "" : ` They find ${numberCell(detectable)} with 95 % power.`;
  const needed =
    seedsNeeded === null ? "" : ` About ${numberCell(seedsNeeded)} would narrow it to 5 %.`;
  return {
    verdict: "open",
    sentence: `${who}; ${change}. Not told apart from chance by ${pairs} seeds.${least}${needed}`,
  };
}

function pText(p: number): string {
  return p < 0.001 ? "below 0.001" : p.toFixed(3);
}
