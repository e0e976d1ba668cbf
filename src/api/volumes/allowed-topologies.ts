import { own } from "../../base/own.js";
import type { Labels } from "../kubernetes.js";

interface TopologyTerm {
  readonly matchLabelExpressions?: readonly {
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/** `allowedTopologies` of a class: one of the terms must hold; none given: any node. */
export function allowsTopology(
  terms: readonly TopologyTerm[] | undefined,
  labels: Labels,
): boolean {
  if (terms === undefined || terms.length === 0) return true;
  return terms.some(({ matchLabelExpressions = [] }) => {
    if (matchLabelExpressions.length === 0) return false;
    return matchLabelExpressions.every(({ key, values }) => {
      const value = own(labels, key);
      return value !== undefined && values.includes(value);
    });
  });
}
