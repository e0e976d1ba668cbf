import type { Candidate } from "./candidate.js";

/** The candidates, in their order, as far as the budgets of their pools last; `left` is what there is of each. */
export function takeWithinBudget(
  candidates: readonly Candidate[],
  left: ReadonlyMap<string, number>,
): { readonly taken: readonly Candidate[]; readonly isBudgetBound: boolean } {
  const rest = new Map(left);
  const taken = candidates.filter(({ pool }) => {
    const of = rest.get(pool.name) ?? 0;
    rest.set(pool.name, of - 1);
    return of > 0;
  });
  return { taken, isBudgetBound: taken.length < candidates.length };
}
