import { ALL_KINDS, KINDS, type Kind } from "../../api/kinds.js";
import type { OwnerReference } from "../../api/kubernetes.js";
import type { AnyVersion } from "../../api/object-version.js";
import type { Informer } from "../../store/informer.js";
import type { NamedTarget } from "../../store/request.js";
import { FOREGROUND_FINALIZER } from "../../store/verbs/delete.js";
import type { Informers } from "../controller.js";

/** A row and the number of its kind, as one small integer. */
type Place = number;
const KIND_COUNT = ALL_KINDS.length;

/** What a reference to an owner is worth. */
export type OwnerState =
  /** It exists, or was never seen: whatever refers to it stays. */
  | "solid"
  /** It was seen, and is gone. */
  | "dangling"
  /** It waits until what refers to it is gone. */
  | "waiting";

/** Who owns whom, over all kinds, as far as the watches have told. */
export class OwnerGraph {
  private readonly informers: readonly Informer<Kind>[];
  private readonly dependents = new Map<string, Set<Place>>();
  /** UIDs of objects that were seen and are gone, of kinds that own objects. */
  private readonly gone = new Set<string>();
  /** UIDs of objects that wait for their dependents. */
  private readonly waiting = new Set<string>();

  constructor(informers: Informers) {
    this.informers = ALL_KINDS.map((kind) => informers.informer(kind) as unknown as Informer<Kind>);
  }

  /** Calls back for each change of each object, once the graph has taken it. */
  follow(listener: {
    added(object: AnyVersion): void;
    updated(before: AnyVersion, after: AnyVersion): void;
    deleted(last: AnyVersion): void;
  }): void {
    this.informers.forEach((informer, kind) => {
      informer.addHandler({
        added: (object) => {
          this.link(kind, object as AnyVersion);
          this.noteWaiting(object as AnyVersion);
          listener.added(object as AnyVersion);
        },
        updated: (before, after) => {
          if (before.ownerReferences !== after.ownerReferences) {
            this.unlink(kind, before as AnyVersion);
            this.link(kind, after as AnyVersion);
          }
          this.noteWaiting(after as AnyVersion);
          listener.updated(before as AnyVersion, after as AnyVersion);
        },
        deleted: (last) => {
          this.unlink(kind, last as AnyVersion);
          this.waiting.delete(last.uid);
          if (last.kind !== "Pod" || this.dependents.has(last.uid)) this.gone.add(last.uid);
          listener.deleted(last as AnyVersion);
        },
      });
    });
  }

  *dependentsOf(uid: string): IterableIterator<AnyVersion> {
    for (const place of [...(this.dependents.get(uid) ?? [])]) {
      const row = Math.floor(place / KIND_COUNT);
      const object = this.informers[place % KIND_COUNT]?.at(row);
      if (object !== undefined) yield object as AnyVersion;
    }
  }

  hasDependents(uid: string): boolean {
    return (this.dependents.get(uid)?.size ?? 0) > 0;
  }

  /** Dependents that their owner must wait for when it is deleted in the foreground. */
  blockingDependentsOf(uid: string): AnyVersion[] {
    return [...this.dependentsOf(uid)].filter((dependent) =>
      dependent.ownerReferences.some(
        (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
      ),
    );
  }

  ownerState(dependent: AnyVersion, owner: OwnerReference): OwnerState {
    if (this.gone.has(owner.uid)) return "dangling";
    if (!this.waiting.has(owner.uid)) return "solid";
    const object = this.ownerOf(dependent, owner);
    return object !== undefined && waitsForDependents(object) ? "waiting" : "solid";
  }

  /** The owner, if its kind is kept and it is there. */
  ownerOf(dependent: AnyVersion, owner: OwnerReference): AnyVersion | undefined {
    const named = namedOwner(dependent, owner);
    if (named === null) return undefined;
    const informer = this.informers[ALL_KINDS.indexOf(named.kind)]!;
    const object = informer.find(named.namespace, named.name);
    return object?.uid === owner.uid ? (object as AnyVersion) : undefined;
  }

  private noteWaiting(object: AnyVersion): void {
    if (object.deletionTimeMicros === null) return;
    if (waitsForDependents(object)) this.waiting.add(object.uid);
    else this.waiting.delete(object.uid);
  }

  private link(kind: number, object: AnyVersion): void {
    const { ownerReferences } = object;
    for (let i = 0; i < ownerReferences.length; i++) {
      const { uid } = ownerReferences[i]!;
      let places = this.dependents.get(uid);
      if (places === undefined) {
        places = new Set();
        this.dependents.set(uid, places);
      }
      places.add(object.row * KIND_COUNT + kind);
    }
  }

  private unlink(kind: number, object: AnyVersion): void {
    const { ownerReferences } = object;
    for (let i = 0; i < ownerReferences.length; i++) {
      const { uid } = ownerReferences[i]!;
      const places = this.dependents.get(uid);
      if (places === undefined) continue;
      places.delete(object.row * KIND_COUNT + kind);
      if (places.size === 0) this.dependents.delete(uid);
    }
  }
}

/** The owner that a reference means; null where its kind is not kept. */
export function namedOwner(dependent: AnyVersion, owner: OwnerReference): NamedTarget | null {
  const kind = ALL_KINDS.find((name) => name === owner.kind);
  if (kind === undefined) return null;
  const info = KINDS[kind];
  if (groupOf(info.apiVersion) !== groupOf(owner.apiVersion)) return null;
  const { name, uid } = owner;
  return { kind, namespace: info.namespaced ? dependent.namespace : "", name, uid };
}

/** Whether the object is being deleted in the foreground. */
export function waitsForDependents(object: AnyVersion): boolean {
  return object.deletionTimeMicros !== null && object.finalizers.includes(FOREGROUND_FINALIZER);
}

/** A dump may have lost it: then the kind alone has to do. */
function groupOf(apiVersion = ""): string {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? "" : apiVersion.slice(0, slash);
}
