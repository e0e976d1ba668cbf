import { FormulaReader } from "./formula-reader.js";
import { FormulaFlaw, tokensOf } from "./tokens.js";
import type { Value } from "./values.js";

/** What the names of a formula stand for; null: a trigger that failed for too long. */
export type FormulaNames = ReadonlyMap<string, number | null>;

/**
 * Reads a formula over the metrics of triggers, in the part of the language of expr-lang that calculates
 * with numbers: a function of what its names stand for, or what is wrong with it.
 * Source: KEDA, "Scaling Modifiers"; expr-lang, "Language Definition".
 */
export function readFormula(
  text: string,
  names: ReadonlySet<string>,
): ((names: FormulaNames) => Value) | { readonly problem: string } {
  try {
    const node = new FormulaReader(tokensOf(text), names).whole();
    return (given) => node({ names: given, item: null, sum: null });
  } catch (error) {
    if (error instanceof FormulaFlaw) return { problem: error.message };
    throw error;
  }
}

/** Calculates; a value that its operators do not take is a problem. */
export function calculate(
  formula: (names: FormulaNames) => Value,
  names: FormulaNames,
): Value | { readonly problem: string } {
  try {
    return formula(names);
  } catch (error) {
    if (error instanceof FormulaFlaw) return { problem: error.message };
    throw error;
  }
}
