/**
 * A copy of a plain object to which fields may be added. A spread would do, but V8 gives each object that
 * is spread first and grows then a shape of its own, which is slow to make and slow to read.
 */
export function plainCopy<T extends object>(object: T): T {
  const copy: Record<string, unknown> = {};
  put(copy, object);
  return copy as T;
}

/** What `{ ...object, ...fields }` is, of a shape that others of the same fields share. */
export function plainWith<T extends object, F extends object>(
  object: T,
  fields: F,
): Omit<T, keyof F> & F {
  const copy: Record<string, unknown> = {};
  put(copy, object);
  put(copy, fields);
  return copy as Omit<T, keyof F> & F;
}

function put(target: Record<string, unknown>, fields: object): void {
  for (const [key, value] of Object.entries(fields)) {
    if (key === "__proto__") Object.defineProperty(target, key, { value, ...OWN });
    else target[key] = value;
  }
}

const OWN = { writable: true, enumerable: true, configurable: true };
