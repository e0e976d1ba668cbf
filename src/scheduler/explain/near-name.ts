import { closest, distance } from "fastest-levenshtein";

/** `; is fast meant?` where one of the names is near, as after a slip of the pen; else `end`. */
export function meantText(name: string, names: readonly string[], end: string): string {
  const near = names.length === 0 ? "" : closest(name, names as string[]);
  const isNear = near !== "" && distance(name, near) <= Math.max(2, name.length / 4);
  return isNear ? `; is ${near} meant?` : end;
}
