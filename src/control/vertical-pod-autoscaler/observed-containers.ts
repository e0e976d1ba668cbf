import type { Labels } from "../../api/kubernetes.js";
import { dns1123LabelErrors } from "../../api/label-validation.js";

export const OBSERVED_CONTAINERS = "vpaObservedContainers";
const SEPARATOR = ", ";

/**
 * The containers that a pod had when it was admitted, which others were added to since; null: it does not say, or not
 * in a form that can be read.
 */
export function observedContainers(annotations: Labels): ReadonlySet<string> | null {
  const text = annotations[OBSERVED_CONTAINERS];
  if (text === undefined) return null;
  const names = text === "" ? [] : text.split(SEPARATOR);
  return names.every((name) => dns1123LabelErrors(name).length === 0) ? new Set(names) : null;
}

export function observedContainersText(names: readonly string[]): string {
  return names.join(SEPARATOR);
}
