import type { Kind } from "../../api/kinds.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { Informers } from "../controller.js";

interface Occupant {
  readonly kind: Kind;
  readonly row: number;
  readonly uid: string;
}

/**
 * Small integers for objects of any kind, to serve as keys of a work queue. Only objects that the
 * garbage collector has to look at have one; it is free again when the object is gone.
 */
export class Slots {
  private readonly occupants: (Occupant | undefined)[] = [];
  private readonly slotByUid = new Map<string, number>();
  private readonly free: number[] = [];

  of({ kind, row, uid }: AnyVersion): number {
    const known = this.slotByUid.get(uid);
    if (known !== undefined) return known;
    const slot = this.free.pop() ?? this.occupants.length;
    this.occupants[slot] = { kind, row, uid };
    this.slotByUid.set(uid, slot);
    return slot;
  }

  release({ uid }: AnyVersion): void {
    const slot = this.slotByUid.get(uid);
    if (slot === undefined) return;
    this.slotByUid.delete(uid);
    this.occupants[slot] = undefined;
    this.free.push(slot);
  }

  /** The object of that slot as the watches know it. */
  objectIn(slot: number, informers: Informers): AnyVersion | undefined {
    const occupant = this.occupants[slot];
    if (occupant === undefined) return undefined;
    const object = informers.informer(occupant.kind).at(occupant.row);
    return object?.uid === occupant.uid ? (object as AnyVersion) : undefined;
  }
}
