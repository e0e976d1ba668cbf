import { own } from "../base/own.js";

/** True for what the API server takes for nothing: absent, null, an empty list. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/**
 * Whether two values of the API say the same: the order of fields does not matter, and an absent
 * field is equal to null and to an empty list.
 */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b || (isUnset(a) && isUnset(b))) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  // Plain objects inherit nothing that could be listed.
  for (const field in left) if (!deepEqual(left[field], own(right, field))) return false;
  for (const field in right) {
    if (!isUnset(right[field]) && !Object.hasOwn(left, field)) return false;
  }
  return true;
}
