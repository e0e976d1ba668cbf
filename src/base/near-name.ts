import { closest, distance } from "fastest-levenshtein";

/** How many letters have to be changed, added or taken away to make one word of the other. */
export function lettersApart(a: string, b: string): number {
  return distance(a, b);
}

/** The nearest of the known names, the first of those that are equally near; there must be one. */
export function nearestName(name: string, known: readonly string[]): string {
  return closest(name, known as string[]);
}

/** The nearest of the known names, if it is no more than `most` letters apart; empty for none. */
export function nearName(name: string, known: readonly string[], most: number): string {
  if (known.length === 0) return "";
  const nearest = nearestName(name, known);
  return lettersApart(name, nearest) <= most ? nearest : "";
}
