import type { ScaledObjectSpec } from "../../api/schemas/types.js";
import { calculate, readFormula } from "./formula/formula.js";
import { typeAndValue } from "./formula/values.js";
import { usesModifiers } from "./scaling-modifiers.js";
import type { ReadTrigger } from "./trigger-values.js";

type Spec = Pick<ScaledObjectSpec, "advanced" | "fallback">;

/** What a trigger was found to be. */
export interface Observation {
  readonly trigger: ReadTrigger;
  /** In thousandths, of the trigger or of its fallback; null: it failed. */
  readonly valueMillis: number | null;
  readonly isFallback: boolean;
  /** It failed for so long that a formula takes it for nil. */
  readonly isGone: boolean;
}

/**
 * What is wrong with scaling modifiers over these triggers; null: nothing, or there are none.
 * Source: KEDA, ValidateAndCompileScalingModifiers (2.21).
 */
export function modifiersProblem(spec: Spec, triggers: readonly ReadTrigger[]): string | null {
  if (!usesModifiers(spec)) return null;
  const { formula = "", target = "" } = spec.advanced?.scalingModifiers ?? {};
  if (formula === "") return "error ScalingModifiers.Formula is mandatory";
  const wrongFormula = "error validating formula in ScalingModifiers";
  if (target === "") return `${wrongFormula}: formula is given but target is empty`;
  const names = namesOf(triggers);
  const read = readFormula(formula, new Set(names));
  if ("problem" in read) return `${wrongFormula}: ${read.problem}`;
  // Upstream tries it, with -1 for each trigger.
  const tried = calculate(read, new Map(names.map((name) => [name, -1])));
  if (tried !== null && typeof tried === "object" && "problem" in tried) {
    return `${wrongFormula}: ${tried.problem}`;
  }
  if (Number(target) > 0) return null;
  return `error validating target in ScalingModifiers: ${JSON.stringify(target)} is no number above 0`;
}

/**
 * The composite metric in thousandths, of what all triggers were found to be; or why there is none. A
 * fallback of one takes the place of the whole.
 * Source: KEDA, "Scaling Modifiers"; pkg/scaling/modifiers (2.21).
 */
export function compositeMillis(
  spec: Spec,
  observations: readonly Observation[],
): number | { readonly problem: string } {
  const fallback = observations.find(({ isFallback }) => isFallback);
  if (fallback !== undefined) return fallback.valueMillis ?? 0;
  const { formula = "", target = "" } = spec.advanced?.scalingModifiers ?? {};
  const triggers = observations.map(({ trigger }) => trigger);
  const read = readFormula(formula, new Set(namesOf(triggers)));
  if ("problem" in read) return read;
  const values = new Map<string, number | null>();
  for (const { trigger, valueMillis, isGone } of observations) {
    values.set(trigger.name, isGone || valueMillis === null ? null : valueMillis / 1_000);
  }
  const result = calculate(read, values);
  if (typeof result === "number") {
    return Number.isFinite(result)
      ? Math.trunc(result * 1_000)
      : { problem: `the formula gives ${result}` };
  }
  if (result !== null) {
    if (typeof result === "object" && "problem" in result) return result;
    return { problem: `formula returned non-float result ${typeAndValue(result)}` };
  }
  if (spec.fallback === undefined) {
    return { problem: "scalingModifiers formula evaluated to nil but no fallback is configured" };
  }
  return Math.trunc(spec.fallback.replicas * Number(target) * 1_000);
}

function namesOf(triggers: readonly ReadTrigger[]): readonly string[] {
  return triggers.map(({ name }) => name).filter((name) => name !== "");
}
