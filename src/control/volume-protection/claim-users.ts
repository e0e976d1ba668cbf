import { objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { claimUses } from "../../api/volumes/claims.js";
import { RowsByKey } from "../../base/rows-by-key.js";

/** Which pods on nodes use which claim: rows of pods, by the claim's key. */
export class ClaimUsers {
  private readonly rows = new RowsByKey();

  of(claim: { readonly namespace: string; readonly name: string }): ReadonlySet<number> {
    return this.rows.of(objectKey(claim));
  }

  add(pod: PodVersion): void {
    for (const key of keysOf(pod)) this.rows.add(key, pod.row);
  }

  delete(pod: PodVersion): void {
    for (const key of keysOf(pod)) this.rows.delete(key, pod.row);
  }
}

const NO_KEYS: readonly string[] = [];

function keysOf({ namespace, name, spec }: PodVersion): readonly string[] {
  if (spec.volumes === undefined) return NO_KEYS;
  return claimUses(spec, name).map(({ claimName }) => objectKey({ namespace, name: claimName }));
}
