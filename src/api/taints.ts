import type { Taint, Toleration } from "./kubernetes.js";
import { parseInt64 } from "./label-selector.js";

interface TolerationOptions {
  /** Operators Gt and Lt (TaintTolerationComparisonOperators, KEP-5471). */
  readonly comparisonOperators?: boolean;
}

/** Gt and Lt compare decimal integers without leading zeros or plus sign. */
function decimalInteger(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? parseInt64(text) : undefined;
}

/**
 * True when `toleration` lets a pod stand `taint`. An empty effect or key of the toleration stands
 * for all; no operator means Equal.
 *
 * Source: Kubernetes documentation, "Taints and Tolerations"; KEP-5471.
 */
export function tolerates(
  toleration: Toleration,
  taint: Taint,
  options: TolerationOptions = {},
): boolean {
  const { key, effect } = toleration;
  if (effect !== undefined && effect !== "" && effect !== taint.effect) return false;
  if (key !== undefined && key !== "" && key !== taint.key) return false;
  const operator: string = toleration.operator ?? "";
  switch (operator) {
    case "":
    case "Equal":
      return (toleration.value ?? "") === (taint.value ?? "");
    case "Exists":
      return true;
    case "Gt":
    case "Lt": {
      if (options.comparisonOperators !== true) return false;
      const limit = decimalInteger(toleration.value);
      const value = decimalInteger(taint.value);
      if (limit === undefined || value === undefined) return false;
      return operator === "Gt" ? value > limit : value < limit;
    }
    default:
      return false;
  }
}

/** True when one of `tolerations` tolerates `taint`. */
export function anyTolerates(
  tolerations: readonly Toleration[],
  taint: Taint,
  options: TolerationOptions = {},
): boolean {
  for (const toleration of tolerations) {
    if (tolerates(toleration, taint, options)) return true;
  }
  return false;
}

/** The first of `taints` with one of `effects` that nothing tolerates, or undefined. */
export function firstUntolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
  options: TolerationOptions = {},
): Taint | undefined {
  for (const taint of taints) {
    if (effects.includes(taint.effect) && !anyTolerates(tolerations, taint, options)) return taint;
  }
  return undefined;
}
