import type { RunResult } from "./read-results.js";

/** Items of a variant by axis: `policy=spread,load=high` is `{policy: spread, load: high}`. */
export type Assignment = ReadonlyMap<string, string>;

/** The runs of one variant of one scenario, by seed. */
export interface Variant {
  readonly scenario: string;
  readonly name: string;
  readonly assignment: Assignment;
  readonly runs: ReadonlyMap<number, RunResult>;
}

export function assignmentOf(variant: string): Assignment {
  const parts = variant.split(",").map((part) => part.split("="));
  if (parts.some((part) => part.length !== 2)) return new Map();
  return new Map(parts.map(([axis, item]) => [axis!, item!]));
}

/** Runs put together by scenario and variant, in the order in which they first appear. */
export function variantsOf(runs: readonly RunResult[]): readonly Variant[] {
  const variants = new Map<string, Variant & { runs: Map<number, RunResult> }>();
  for (const run of runs) {
    const key = `${run.scenario} ${run.variant}`;
    let variant = variants.get(key);
    if (variant === undefined) {
      const assignment = assignmentOf(run.variant);
      variant = { scenario: run.scenario, name: run.variant, assignment, runs: new Map() };
      variants.set(key, variant);
    }
    variant.runs.set(run.seed, run);
  }
  return [...variants.values()];
}

/**
 * For each variant the one that it is compared with: `baseline` names a variant, or some axes (`policy=default`), and then
 * a variant's partner has its own items on all the others. A variant that is its own partner is left out.
 */
export function pairsOf(
  variants: readonly Variant[],
  baseline: string,
): readonly { readonly baseline: Variant; readonly variant: Variant }[] {
  const fixed = assignmentOf(baseline);
  return variants.flatMap((variant) => {
    const partner =
      variants.find((other) => other.scenario === variant.scenario && other.name === baseline) ??
      (fixed.size === 0 ? undefined : partnerOf(variant, fixed, variants));
    return partner === undefined || partner === variant ? [] : [{ baseline: partner, variant }];
  });
}

function partnerOf(variant: Variant, fixed: Assignment, variants: readonly Variant[]) {
  const wanted = new Map(variant.assignment);
  for (const [axis, item] of fixed) {
    if (!wanted.has(axis)) return undefined;
    wanted.set(axis, item);
  }
  return variants.find(
    ({ scenario, assignment }) =>
      scenario === variant.scenario &&
      assignment.size === wanted.size &&
      [...wanted].every(([axis, item]) => assignment.get(axis) === item),
  );
}

/** The same with scenarios in the place of variants: single runs of different scenarios in one table. */
export function byScenario(runs: readonly RunResult[]): readonly Variant[] {
  return variantsOf(
    runs.map((run) => ({
      ...run,
      scenario: "",
      variant: run.variant === "default" ? run.scenario : `${run.scenario}/${run.variant}`,
    })),
  );
}
