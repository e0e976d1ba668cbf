import { nearName } from "../../base/near-name.js";

/** `; is fast meant?` where one of the names is near, as after a slip of the pen; else `end`. */
export function meantText(name: string, names: readonly string[], end: string): string {
  const near = nearName(name, names, Math.max(2, name.length / 4));
  return near === "" ? end : `; is ${near} meant?`;
}
