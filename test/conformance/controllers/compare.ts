export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

interface CompareOptions {
  readonly ordered?: readonly string[];
}

/** A text that is equal for equal values; lists are sorted unless `ordered`. */
function canonical(value: unknown, ordered: boolean): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) {
    const parts = value.map((element) => canonical(element, ordered));
    return `[${(ordered ? parts : parts.sort()).join(",")}]`;
  }
  if (typeof value === "object") {
    const fields = Object.entries(value)
      .map(
        ([key, field]) => `${JSON.stringify(key)}:${canonical(field, ordered || key === "order")}`,
      )
      .sort();
    return `{${fields.join(",")}}`;
  }
  return typeof value === "bigint" ? canonicalInteger(value) : JSON.stringify(value);
}

/** Vectors write integers above 2^53 as strings. */
function canonicalInteger(value: bigint): string {
  const safe = value >= -(2n ** 53n) && value <= 2n ** 53n;
  return safe ? value.toString() : JSON.stringify(value.toString());
}

/**
 * What of `expect` the outcome does not fulfil. Every key of `expect` must be one that the outcome
 * has; null means "asserted to be absent".
 */
export function differences(
  expect: JsonObject,
  actual: Readonly<Record<string, unknown>>,
  options: CompareOptions = {},
): readonly string[] {
  const found: string[] = [];
  for (const [key, wanted] of Object.entries(expect)) {
    if (!(key in actual)) {
      found.push(`${key}: the runner does not know this key`);
      continue;
    }
    const ordered = key === "order" || (options.ordered ?? []).includes(key);
    const want = canonical(wanted, ordered);
    const have = canonical(actual[key], ordered);
    if (want !== have) found.push(`${key}: expected ${want}, got ${have}`);
  }
  return found;
}
