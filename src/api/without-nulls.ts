/**
 * The value without fields that are null: in what Kubernetes reads they are as good as absent. Elements
 * of lists stay. What has none is given back as it is.
 */
export function withoutNulls<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map(withoutNulls);
    return (elements.every((element, i) => element === value[i]) ? value : elements) as T;
  }
  let isSame = true;
  const fields: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const inside: unknown = withoutNulls(field);
    if (inside !== field || inside === null) isSame = false;
    if (inside !== null) fields.push([name, inside]);
  }
  return isSame ? value : (Object.fromEntries(fields) as T);
}
