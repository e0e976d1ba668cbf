import type { Manifest } from "../kubernetes.js";
import { isObject, objectsOf } from "./loose.js";

/** In policy/v1beta1 an empty selector matched no pod; since v1 it matches all. */
export function withBudgetSelector(manifest: Manifest): Manifest {
  const spec = manifest.spec;
  if (!isObject(spec) || !isObject(spec.selector)) return manifest;
  const { matchLabels, matchExpressions } = spec.selector;
  const empty =
    Object.keys(isObject(matchLabels) ? matchLabels : {}).length === 0 &&
    objectsOf(matchExpressions).length === 0;
  if (!empty) return manifest;
  const key = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
  const selector = { matchExpressions: [{ key, operator: "Exists" }] };
  return { ...manifest, spec: { ...spec, selector } };
}
