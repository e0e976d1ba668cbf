import type { GenericKind } from "../api/kinds.js";
import type { OwnerReference } from "../api/kubernetes.js";
import type { Selector } from "../api/label-selector.js";
import { controllerOf, type VersionOf } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import type { WriteRequest } from "../store/request.js";
import { OrphanPods } from "./orphan-pods.js";
import { controllerReference } from "./owner-references.js";

/** Who is told of the pods of each controller, by its UID. */
export interface OwnedPodsListener {
  put(ownerUid: string, pod: PodVersion): void;
  removed(ownerUid: string, pod: PodVersion): void;
}

export interface OwnedPodsOptions<K extends GenericKind> {
  readonly kind: K;
  readonly selectorOf: (owner: VersionOf<K>) => Selector;
  /** Whether a pod that the selector matches may belong to the owner, by names only. Default: yes. */
  readonly mayBelong?: (owner: VersionOf<K>, pod: PodVersion) => boolean;
  /** Called for the row of an owner that has a pod to adopt. */
  readonly onAdoptable: (row: number) => void;
  readonly listener?: OwnedPodsListener;
}

/** The pods that refer to one owner as their controller. */
interface Owned<K extends GenericKind> {
  readonly uid: string;
  /** Undefined while only its pods are known. */
  owner: VersionOf<K> | undefined;
  /** The newest version known of each, in the order in which they came. */
  readonly pods: Map<number, PodVersion>;
  /** Rows of those that the owner's selector does not match. */
  readonly strangers: Set<number>;
}

/**
 * Which pods belong to which object of one kind, by controller reference, and which pods without a
 * controller an owner's selector matches; kept pod by pod.
 */
export class OwnedPods<K extends GenericKind> {
  private readonly byUid = new Map<string, Owned<K>>();
  /** By row of the pod. */
  private readonly ownedAs: (Owned<K> | undefined)[] = [];
  private readonly ownersIn = new Map<string, Map<number, VersionOf<K>>>();
  private readonly orphans = new OrphanPods();
  private readonly adoptable = new Map<string, Map<number, PodVersion>>();

  constructor(private readonly options: OwnedPodsOptions<K>) {}

  /** The owner of a pod as it is known here, if it has one. */
  ownerOf(pod: PodVersion): VersionOf<K> | undefined {
    const reference = controllerOf(pod);
    return reference?.kind === this.options.kind ? this.byUid.get(reference.uid)?.owner : undefined;
  }

  /** Pods that the owner controls and its selector matches. */
  of(owner: VersionOf<K>): PodVersion[] {
    const owned = this.byUid.get(owner.uid);
    if (owned === undefined) return [];
    const pods = [...owned.pods.values()];
    return owned.strangers.size === 0 ? pods : pods.filter(({ row }) => !owned.strangers.has(row));
  }

  /** Whether the owner controls pods that its selector does not match. */
  hasStrangers(owner: VersionOf<K>): boolean {
    return (this.byUid.get(owner.uid)?.strangers.size ?? 0) > 0;
  }

  /** Whether {@link claims} may find something. */
  mayClaim(owner: VersionOf<K>): boolean {
    return this.hasStrangers(owner) || (this.adoptable.get(owner.uid)?.size ?? 0) > 0;
  }

  putOwner(before: VersionOf<K> | undefined, owner: VersionOf<K>): void {
    const owned = this.at(owner.uid);
    const isNew = owned.owner === undefined || owned.owner.spec !== owner.spec;
    owned.owner = owner;
    if (isNew) for (const pod of owned.pods.values()) this.judge(owned, pod);
    let inNamespace = this.ownersIn.get(owner.namespace);
    if (inNamespace === undefined) {
      inNamespace = new Map();
      this.ownersIn.set(owner.namespace, inNamespace);
    }
    inNamespace.set(owner.row, owner);
    if (before !== undefined && before.spec === owner.spec) return;
    this.adoptable.delete(owner.uid);
    for (const pod of this.orphans.in(owner.namespace)) this.offer(owner, pod);
  }

  removeOwner(last: VersionOf<K>): void {
    const owned = this.byUid.get(last.uid);
    if (owned !== undefined) {
      owned.owner = undefined;
      this.dropIfEmpty(owned);
    }
    this.adoptable.delete(last.uid);
    this.ownersIn.get(last.namespace)?.delete(last.row);
  }

  putPod(before: PodVersion | undefined, pod: PodVersion): void {
    this.take(before, pod);
    const isOrphan = controllerOf(pod) === undefined;
    if (!isOrphan && (before === undefined || controllerOf(before) !== undefined)) return;
    const unchanged =
      before !== undefined &&
      before.labels === pod.labels &&
      before.ownerReferences === pod.ownerReferences &&
      isOpen(before) === isOpen(pod);
    if (unchanged && isOrphan) {
      for (const owner of this.ownersIn.get(pod.namespace)?.values() ?? []) {
        const offered = this.adoptable.get(owner.uid);
        if (offered?.has(pod.row) === true) offered.set(pod.row, pod);
      }
      return;
    }
    for (const owner of this.ownersIn.get(pod.namespace)?.values() ?? []) {
      this.adoptable.get(owner.uid)?.delete(pod.row);
      if (isOrphan) this.offer(owner, pod);
    }
  }

  removePod(last: PodVersion): void {
    const owned = this.ownedAs[last.row];
    if (owned !== undefined) this.leave(owned, last.row);
    if (controllerOf(last) !== undefined) return;
    this.orphans.delete(last.row);
    for (const owner of this.ownersIn.get(last.namespace)?.values() ?? []) {
      this.adoptable.get(owner.uid)?.delete(last.row);
    }
  }

  /** Patches that let go of pods which the selector matches no more, and adopt those it matches. */
  claims(owner: VersionOf<K>): WriteRequest[] {
    if (owner.deletionTimeMicros !== null) return [];
    const requests: WriteRequest[] = [];
    const patch = (target: PodVersion, ownerReferences: readonly OwnerReference[]) =>
      requests.push({ verb: "patch", target, change: { ownerReferences } });
    if (this.hasStrangers(owner)) {
      const { pods, strangers } = this.at(owner.uid);
      for (const pod of pods.values()) {
        const others = pod.ownerReferences.filter(({ uid }) => uid !== owner.uid);
        if (strangers.has(pod.row)) patch(pod, others);
      }
    }
    for (const pod of this.adoptable.get(owner.uid)?.values() ?? []) {
      patch(pod, [...pod.ownerReferences, controllerReference(owner)]);
    }
    return requests;
  }

  /** Puts the pod to its controller, or to those without one; an older version than is known is ignored. */
  private take(before: PodVersion | undefined, pod: PodVersion): void {
    const known = this.ownedAs[pod.row];
    const last = known?.pods.get(pod.row);
    if (last?.uid === pod.uid && last.resourceVersion > pod.resourceVersion) return;
    const reference = controllerOf(pod);
    if (reference === undefined) this.orphans.put(pod);
    else this.orphans.delete(pod.row);
    const keeps = reference?.kind === this.options.kind && known?.uid === reference.uid;
    // Whoever refers to other owners than before stands behind the rest, as one that is new.
    const moved = before !== undefined && before.ownerReferences !== pod.ownerReferences;
    if (known !== undefined && (!keeps || moved)) this.leave(known, pod.row);
    if (reference?.kind !== this.options.kind) return;
    const owned = keeps && !moved ? known : this.at(reference.uid);
    this.ownedAs[pod.row] = owned;
    owned.pods.set(pod.row, pod);
    if (!keeps || moved || last?.labels !== pod.labels) this.judge(owned, pod);
    this.options.listener?.put(owned.uid, pod);
  }

  private leave(owned: Owned<K>, row: number): void {
    const pod = owned.pods.get(row)!;
    this.ownedAs[row] = undefined;
    owned.pods.delete(row);
    owned.strangers.delete(row);
    this.options.listener?.removed(owned.uid, pod);
    this.dropIfEmpty(owned);
  }

  private judge({ owner, strangers }: Owned<K>, pod: PodVersion): void {
    if (owner === undefined || this.matches(owner, pod)) strangers.delete(pod.row);
    else strangers.add(pod.row);
  }

  private at(uid: string): Owned<K> {
    let owned = this.byUid.get(uid);
    if (owned === undefined) {
      owned = { uid, owner: undefined, pods: new Map(), strangers: new Set() };
      this.byUid.set(uid, owned);
    }
    return owned;
  }

  private dropIfEmpty({ uid, owner, pods }: Owned<K>): void {
    if (owner === undefined && pods.size === 0) this.byUid.delete(uid);
  }

  private matches(owner: VersionOf<K>, pod: PodVersion): boolean {
    const { selectorOf, mayBelong } = this.options;
    return selectorOf(owner).matches(pod.labels) && (mayBelong?.(owner, pod) ?? true);
  }

  private offer(owner: VersionOf<K>, pod: PodVersion): void {
    if (!isOpen(pod) || !this.matches(owner, pod)) return;
    let offered = this.adoptable.get(owner.uid);
    if (offered === undefined) {
      offered = new Map();
      this.adoptable.set(owner.uid, offered);
    }
    offered.set(pod.row, pod);
    this.options.onAdoptable(owner.row);
  }
}

/** A pod that somebody may still adopt. */
function isOpen(pod: PodVersion): boolean {
  return pod.deletionTimeMicros === null;
}
