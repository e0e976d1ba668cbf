/**
 * The value of a key that a user may have chosen; undefined where the object itself has none. Every plain
 * object inherits `toString`, `constructor` and the like, which are names as good as any.
 */
export function own<T>(
  object: Readonly<Record<string, T>> | null | undefined,
  key: string,
): T | undefined {
  return object != null && Object.hasOwn(object, key) ? object[key] : undefined;
}
