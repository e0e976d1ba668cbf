export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Doubles of recorded answers are compared to that relative tolerance. */
const RELATIVE = 1e-9;

/**
 * What of `want` the outcome does not fulfil. A key that is absent from an object in it is not asserted,
 * except for maps of texts such as labels, which have to be the same; null is "asserted absent".
 */
export function near(want: Json, have: Json | undefined, path: string): readonly string[] {
  if (want === null) return have == null ? [] : [`${path}: expected none, got ${text(have)}`];
  if (typeof want === "number" && typeof have === "number") {
    return Math.abs(want - have) <= RELATIVE * Math.abs(want) ? [] : [different(path, want, have)];
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(have) || have.length !== want.length) return [different(path, want, have)];
    return want.flatMap((one, i) => near(one, have[i], `${path}[${i}]`));
  }
  if (typeof want !== "object") return want === have ? [] : [different(path, want, have)];
  if (typeof have !== "object" || have === null) return [different(path, want, have)];
  const asserted = want as Readonly<Record<string, Json>>;
  const found = have as Readonly<Record<string, Json>>;
  const isMap = path !== "" && Object.values(asserted).every((value) => typeof value === "string");
  const extra = isMap ? Object.keys(found).filter((key) => !(key in asserted)) : [];
  return [
    ...extra.map((key) => `${path}.${key}: expected none, got ${text(found[key])}`),
    ...Object.entries(asserted).flatMap(([key, value]) =>
      near(value, found[key], `${path}.${key}`),
    ),
  ];
}

function different(path: string, want: Json, have: Json | undefined): string {
  return `${path}: expected ${text(want)}, got ${text(have)}`;
}

function text(value: Json | undefined): string {
  return JSON.stringify(value) ?? "nothing";
}
