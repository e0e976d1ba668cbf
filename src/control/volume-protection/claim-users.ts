import { objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { claimUses } from "../../api/volumes/claims.js";

const NONE: ReadonlySet<number> = new Set();

/** Which pods on nodes use which claim: rows of pods, by the claim's key. */
export class ClaimUsers {
  private readonly rows = new Map<string, Set<number>>();

  of(claim: { readonly namespace: string; readonly name: string }): ReadonlySet<number> {
    return this.rows.get(objectKey(claim)) ?? NONE;
  }

  add(pod: PodVersion): void {
    for (const key of keysOf(pod)) {
      const rows = this.rows.get(key) ?? new Set<number>();
      this.rows.set(key, rows.add(pod.row));
    }
  }

  delete(pod: PodVersion): void {
    for (const key of keysOf(pod)) {
      const rows = this.rows.get(key);
      rows?.delete(pod.row);
      if (rows?.size === 0) this.rows.delete(key);
    }
  }
}

const NO_KEYS: readonly string[] = [];

function keysOf({ namespace, name, spec }: PodVersion): readonly string[] {
  if (spec.volumes === undefined) return NO_KEYS;
  return claimUses(spec, name).map(({ claimName }) => objectKey({ namespace, name: claimName }));
}
