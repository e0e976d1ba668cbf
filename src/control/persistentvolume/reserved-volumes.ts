import { objectKey } from "../../api/object-version.js";
import type { PersistentVolume } from "../../api/volumes/claims.js";
import { RowsByKey } from "../../base/rows-by-key.js";

/** Which volumes are reserved for a claim of which name: rows of volumes. */
export class ReservedVolumes {
  private readonly rows = new RowsByKey();
  private readonly keys = new Map<number, string>();

  for(claim: { readonly namespace: string; readonly name: string }): ReadonlySet<number> {
    return this.rows.of(objectKey(claim));
  }

  /** Takes the volume as it is now. */
  set({ row, spec }: PersistentVolume): void {
    this.delete(row);
    const { namespace = "", name = "" } = spec.claimRef ?? {};
    if (name === "") return;
    const key = objectKey({ namespace, name });
    this.rows.add(key, row);
    this.keys.set(row, key);
  }

  delete(row: number): void {
    const key = this.keys.get(row);
    if (key === undefined) return;
    this.keys.delete(row);
    this.rows.delete(key, row);
  }
}
