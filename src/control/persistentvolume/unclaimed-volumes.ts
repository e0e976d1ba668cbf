import { type Claim, type PersistentVolume, className } from "../../api/volumes/claims.js";
import { canTake, capacityBytes, requestedBytes } from "../../api/volumes/matching.js";

interface Entry {
  readonly volume: PersistentVolume;
  readonly bytes: number;
  readonly group: Group;
}

/** The volumes of a class with the same access modes, the smallest first, then by name. */
interface Group {
  readonly storageClass: string;
  readonly modes: readonly string[];
  readonly entries: Entry[];
}

/**
 * The volumes that nobody has reserved, in the order in which a claim is offered them: those with the
 * fewest access modes first, among them the smallest that is large enough, then by name.
 * Source: upstream's `persistentVolumeOrderedIndex`.
 */
export class UnclaimedVolumes {
  /** Groups of a class, those with the fewest access modes first. */
  private readonly byClass = new Map<string, Group[]>();
  private readonly entries = new Map<number, Entry>();

  /** Takes the volume in, in place of the version before. */
  set(volume: PersistentVolume): void {
    this.delete(volume.row);
    const modes = [...(volume.spec.accessModes ?? [])].sort();
    const group = this.groupFor(className(volume), modes);
    const entry = { volume, bytes: capacityBytes(volume), group };
    group.entries.splice(placeOf(entry.bytes, volume.name, group.entries), 0, entry);
    this.entries.set(volume.row, entry);
  }

  delete(row: number): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    const { group, bytes, volume } = entry;
    group.entries.splice(placeOf(bytes, volume.name, group.entries), 1);
    if (group.entries.length > 0) return;
    const groups = this.byClass.get(group.storageClass)!;
    groups.splice(groups.indexOf(group), 1);
    if (groups.length === 0) this.byClass.delete(group.storageClass);
  }

  /** The first that suits the claim, wherever it can be reached from. */
  bestFor(claim: Claim): PersistentVolume | undefined {
    const wanted = claim.spec.accessModes ?? [];
    const bytes = requestedBytes(claim);
    for (const { modes, entries } of this.byClass.get(className(claim)) ?? []) {
      if (!wanted.every((mode) => modes.includes(mode))) continue;
      for (let at = placeOf(bytes, "", entries); at < entries.length; at += 1) {
        const { volume } = entries[at]!;
        if (canTake(volume, claim)) return volume;
      }
    }
    return undefined;
  }

  private groupFor(storageClass: string, modes: readonly string[]): Group {
    const groups = this.byClass.get(storageClass) ?? [];
    const text = modes.join();
    const known = groups.find((group) => group.modes.join() === text);
    if (known !== undefined) return known;
    const made = { storageClass, modes, entries: [] };
    groups.push(made);
    groups.sort((a, b) => a.modes.length - b.modes.length || (a.modes < b.modes ? -1 : 1));
    this.byClass.set(storageClass, groups);
    return made;
  }
}

/** Index of the first entry that does not come before one of that size and name. */
function placeOf(bytes: number, name: string, entries: readonly Entry[]): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle]!;
    const isBefore = entry.bytes < bytes || (entry.bytes === bytes && entry.volume.name < name);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}
