import { objectKey } from "../../api/object-version.js";
import type { PersistentVolume } from "../../api/volumes/claims.js";

const NONE: ReadonlySet<number> = new Set();

/** Which volumes are reserved for a claim of which name: rows of volumes. */
export class ReservedVolumes {
  private readonly rows = new Map<string, Set<number>>();
  private readonly keys = new Map<number, string>();

  for(claim: { readonly namespace: string; readonly name: string }): ReadonlySet<number> {
    return this.rows.get(objectKey(claim)) ?? NONE;
  }

  /** Takes the volume as it is now. */
  set({ row, spec }: PersistentVolume): void {
    this.delete(row);
    const { namespace = "", name = "" } = spec.claimRef ?? {};
    if (name === "") return;
    const key = objectKey({ namespace, name });
    const rows = this.rows.get(key) ?? new Set<number>();
    this.rows.set(key, rows.add(row));
    this.keys.set(row, key);
  }

  delete(row: number): void {
    const key = this.keys.get(row);
    if (key === undefined) return;
    this.keys.delete(row);
    const rows = this.rows.get(key);
    rows?.delete(row);
    if (rows?.size === 0) this.rows.delete(key);
  }
}
