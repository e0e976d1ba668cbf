import type { Labels, Taint } from "../../api/kubernetes.js";

/** What of a node rules between pods read: pods do not change it. */
export interface NodeTraits {
  readonly labels: Labels;
  readonly taints: readonly Taint[];
}

/** True if rules between pods see no difference. */
export function sameTraits(a: NodeTraits, b: NodeTraits): boolean {
  return (
    (a.labels === b.labels || sameLabels(a.labels, b.labels)) &&
    (a.taints === b.taints || sameTaints(a.taints, b.taints))
  );
}

/** True if both name the same keys with the same values. */
function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    if (a[key] !== b[key]) return false;
  }
  return true;
}

/** True if both are the same taints in the same order. */
function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) {
    const one = a[i]!;
    const other = b[i]!;
    if (one.key !== other.key || one.value !== other.value || one.effect !== other.effect) {
      return false;
    }
  }
  return true;
}
