import type { ComparedRow } from "./compare-results.js";
import { LEAST_PAIRS_FOR_BCA } from "./paired-comparison.js";

/** What whoever reads the table should know, in sentences. */
export function comparisonNotes(
  rows: readonly ComparedRow[],
  { level, detect }: { readonly level: number; readonly detect?: number },
): readonly string[] {
  const notes: string[] = [];
  const names = (found: readonly ComparedRow[]) =>
    found.map((row) => `${row.key} of ${row.variant}`).join(", ");
  const fixed = rows.filter(({ comparison }) => comparison.isDeterministic);
  if (fixed.length > 0) {
    notes.push(
      `deterministic, one observation: seeds do not change the difference of ${names(fixed)}; there is no interval and no p-value`,
    );
  }
  const same = [...new Set(rows.filter((row) => row.isSameRun).map((row) => row.variant))];
  if (same.length > 0)
    notes.push(`the same runs as the baseline's, event by event: ${same.join(", ")}`);
  const widened = rows.filter(({ comparison }) => (comparison.widthRatio ?? 0) > 1);
  if (widened.length > 0) {
    notes.push(
      `pairing by seed widened the interval of ${names(widened)}: the seeds do not act alike there`,
    );
  }
  const tested = rows.filter((row) => row.pHolm !== null);
  if (tested.length > 0) {
    const found = tested.filter((row) => row.pHolm! <= 1 - level);
    notes.push(
      `${found.length} of ${tested.length} differences are found at ${Number(((1 - level) * 100).toFixed(2))} % over the whole table (Holm)`,
    );
  }
  const fewest = Math.min(...rows.map(({ comparison }) => comparison.pairs));
  if (fewest < LEAST_PAIRS_FOR_BCA && tested.length > 0) {
    notes.push(`BCa intervals are shown from ${LEAST_PAIRS_FOR_BCA} seeds on; there are ${fewest}`);
  }
  if (detect !== undefined) notes.push(...detectNotes(tested, detect));
  return notes;
}

function detectNotes(rows: readonly ComparedRow[], detect: number): string[] {
  const share = ({ comparison }: ComparedRow) =>
    comparison.baselineMean === 0
      ? Number.POSITIVE_INFINITY
      : comparison.detectable! / Math.abs(comparison.baselineMean);
  const asked = `${Number((detect * 100).toFixed(4))} %`;
  return rows.map((row) => {
    const least = share(row);
    const least100 = Number.isFinite(least) ? `${(least * 100).toFixed(2)} %` : "unknown";
    return least <= detect
      ? `${row.key} of ${row.variant}: a change of ${asked} would have been found with 95 % power (the smallest: ${least100})`
      : `${row.key} of ${row.variant}: a change of ${asked} could have gone unseen; the smallest that these seeds find with 95 % power is ${least100}`;
  });
}
