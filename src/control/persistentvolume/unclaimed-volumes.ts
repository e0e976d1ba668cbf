import { type Claim, type PersistentVolume, className } from "../../api/volumes/claims.js";
import { canTake, capacityBytes } from "../../api/volumes/matching.js";

interface Entry {
  readonly volume: PersistentVolume;
  readonly modes: string;
  readonly modesCount: number;
  readonly bytes: number;
}

/**
 * The volumes that nobody has reserved, in the order in which a claim is offered them: those with the
 * fewest access modes first, among them the smallest, then by name.
 * Source: upstream's `persistentVolumeOrderedIndex`.
 */
export class UnclaimedVolumes {
  private readonly byClass = new Map<string, Entry[]>();
  private readonly entries = new Map<number, { readonly entry: Entry; readonly list: Entry[] }>();

  /** Takes the volume in, in place of the version before. */
  set(volume: PersistentVolume): void {
    this.delete(volume.row);
    const storageClass = className(volume);
    const list = this.byClass.get(storageClass) ?? [];
    if (list.length === 0) this.byClass.set(storageClass, list);
    const modes = [...(volume.spec.accessModes ?? [])].sort();
    const entry = {
      volume,
      modes: modes.join(),
      modesCount: modes.length,
      bytes: capacityBytes(volume),
    };
    list.splice(placeOf(entry, list), 0, entry);
    this.entries.set(volume.row, { entry, list });
  }

  delete(row: number): void {
    const known = this.entries.get(row);
    if (known === undefined) return;
    const { entry, list } = known;
    this.entries.delete(row);
    list.splice(placeOf(entry, list), 1);
    if (list.length === 0) this.byClass.delete(className(entry.volume));
  }

  /** The first that suits the claim, wherever it can be reached from. */
  bestFor(claim: Claim): PersistentVolume | undefined {
    for (const { volume } of this.byClass.get(className(claim)) ?? []) {
      if (canTake(volume, claim)) return volume;
    }
    return undefined;
  }
}

/** Index of the first entry of the list that does not come before this one. */
function placeOf(entry: Entry, list: readonly Entry[]): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comesBefore(list[middle]!, entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comesBefore(a: Entry, b: Entry): boolean {
  if (a.modesCount !== b.modesCount) return a.modesCount < b.modesCount;
  if (a.modes !== b.modes) return a.modes < b.modes;
  if (a.bytes !== b.bytes) return a.bytes < b.bytes;
  return a.volume.name < b.volume.name;
}
