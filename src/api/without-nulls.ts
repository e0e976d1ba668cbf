/**
 * The value without fields that are null: in what Kubernetes reads they are as good as absent. Elements
 * of lists stay. What has none is given back as it is.
 */
export function withoutNulls<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    let changed: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const element: unknown = withoutNulls(value[i]);
      if (element === value[i]) continue;
      changed ??= [...(value as readonly unknown[])];
      changed[i] = element;
    }
    return (changed ?? value) as T;
  }
  const map = value as Readonly<Record<string, unknown>>;
  let changed: [string, unknown][] | undefined;
  const names = Object.keys(map);
  for (const [i, name] of names.entries()) {
    const field = map[name];
    const inside: unknown = withoutNulls(field);
    if (inside === field && inside !== null && changed === undefined) continue;
    changed ??= names.slice(0, i).map((before) => [before, map[before]]);
    if (inside !== null) changed.push([name, inside]);
  }
  return changed === undefined ? value : (Object.fromEntries(changed) as T);
}
