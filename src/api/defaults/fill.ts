import { plainCopy } from "../../base/plain-copy.js";

/**
 * Defaults without mutation: each function gives back its very input when nothing was missing, so
 * that pods of one template go on sharing one spec.
 */

/** `object` with `defaults` for the fields it does not have; `null` counts as absent. */
export function fill<T extends object>(object: T, defaults: Partial<T>): T {
  let filled = object;
  for (const [field, value] of Object.entries(defaults) as [keyof T, T[keyof T]][]) {
    if (Object.hasOwn(object, field) && object[field] != null) continue;
    if (filled === object) filled = plainCopy(object);
    filled[field] = value;
  }
  return filled;
}

/** `object` with `change` applied to one field, if it has that field. */
export function within<T extends object, K extends keyof T>(
  object: T,
  field: K,
  change: (value: NonNullable<T[K]>) => NonNullable<T[K]>,
): T {
  const value = object[field];
  if (value === undefined || value === null) return object;
  const changed = change(value);
  if (changed === value) return object;
  const copy = plainCopy(object);
  copy[field] = changed;
  return copy;
}

/** `list` with `change` applied to each element. */
export function each<T>(list: T[], change: (value: T) => T): T[] {
  let changed: T[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const before = list[i] as T;
    const after = change(before);
    if (after !== before) {
      changed ??= [...list];
      changed[i] = after;
    }
  }
  return changed ?? list;
}
