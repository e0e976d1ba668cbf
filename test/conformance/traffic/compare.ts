/** A number, or lists and objects of such. */
export type Figures = number | readonly Figures[] | { readonly [key: string]: Figures };

interface Bound {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * What of `expect` the outcome does not fulfil, by a tolerance of the same form; where it says nothing,
 * the outcome is not asked. `factor` multiplies it.
 */
export function withinTolerance(
  expect: Figures,
  outcome: Figures | undefined,
  tolerance: Figures | undefined,
  path = "",
): readonly string[] {
  if (tolerance === undefined) return [];
  if (typeof expect === "number") {
    const allowed = Math.max(1e-9, tolerance as number);
    return near(path, expect, outcome, { relative: 0, absolute: allowed });
  }
  return parts(expect, outcome, path, (key, want, have) =>
    withinTolerance(want, have, (tolerance as Record<string, Figures>)[key], `${path}${key} `),
  );
}

/** As `withinTolerance`, by a relative bound; zero is compared absolutely, at 1e-9. */
export function withinRelative(
  expect: Figures,
  outcome: Figures | undefined,
  relative: number,
  path = "",
): readonly string[] {
  if (typeof expect === "number") return near(path, expect, outcome, { relative, absolute: 1e-9 });
  return parts(expect, outcome, path, (key, want, have) =>
    withinRelative(want, have, relative, `${path}${key} `),
  );
}

function parts(
  expect: Exclude<Figures, number>,
  outcome: Figures | undefined,
  path: string,
  compare: (key: string, want: Figures, have: Figures | undefined) => readonly string[],
): readonly string[] {
  const have = outcome as Record<string, Figures> | undefined;
  if (have === undefined) return [`${path}: the runner does not know this key`];
  return Object.entries(expect).flatMap(([key, want]) => compare(key, want, have[key]));
}

function near(path: string, want: number, have: Figures | undefined, bound: Bound) {
  if (typeof have === "number") {
    if (Math.abs(have - want) <= Math.max(bound.absolute, bound.relative * Math.abs(want)))
      return [];
  }
  const allowed = bound.relative > 0 ? `${bound.relative * 100} %` : bound.absolute;
  return [`${path}: expected ${want} ± ${allowed}, got ${JSON.stringify(have)}`];
}
