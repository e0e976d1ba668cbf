import type { Requirements } from "./requirements.js";
import { MAY_BE_MISSING } from "./requirements.js";

/** Why a pod cannot go to a node of some pool. What is said of it is made when it is asked for. */
export class Refusal {
  constructor(
    private readonly say: () => readonly string[],
    /** It may have a place in a later pass: nothing is given up for it now. */
    readonly isDeferred = false,
  ) {}

  get reasons(): readonly string[] {
    return this.say();
  }
}

/** What of `incoming` a node of these requirements does not take. */
export function conflictReasons(
  existing: Requirements,
  incoming: Requirements,
  prefix: string,
): readonly string[] {
  const found = existing.incompatibility(incoming, MAY_BE_MISSING);
  if (found === null) return [];
  if ("unknownLabel" in found) {
    return [`${prefix}label "${found.unknownLabel}" does not have known values`];
  }
  return found.conflicts.map(
    ([asked, there], i) => `${i === 0 ? prefix : ""}key ${asked.key}, ${asked} not in ${there}`,
  );
}
