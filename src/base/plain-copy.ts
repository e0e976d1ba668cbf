/**
 * A copy of a plain object to which fields may be added. A spread would do, but V8 gives each object that
 * is spread first and grows then a shape of its own, which is slow to make and slow to read.
 */
export function plainCopy<T extends object>(object: T): T {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (key === "__proto__") Object.defineProperty(copy, key, { value, ...OWN });
    else copy[key] = value;
  }
  return copy as T;
}

const OWN = { writable: true, enumerable: true, configurable: true };
