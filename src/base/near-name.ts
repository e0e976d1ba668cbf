import { closest, distance } from "fastest-levenshtein";

/** The nearest of the known names, if it is no more than `most` letters apart; empty for none. */
export function nearName(name: string, known: readonly string[], most: number): string {
  if (known.length === 0) return "";
  const nearest = closest(name, known as string[]);
  return distance(name, nearest) <= most ? nearest : "";
}
