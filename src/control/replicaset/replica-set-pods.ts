import type { Selector } from "../../api/label-selector.js";
import { controllerOf, type VersionOf } from "../../api/object-version.js";
import { isPodActive, type PodVersion } from "../../api/pod-version.js";
import { Controllees } from "../controllees.js";
import { OrphanPods } from "../orphan-pods.js";
import { PodTally } from "./pod-tally.js";

/** Kinds that keep a number of equal pods. */
export type ReplicatedKind = "ReplicaSet" | "ReplicationController";
export type ReplicaSet = VersionOf<ReplicatedKind>;

/** A ReplicaSet with its pods, and the pods that it should adopt. */
export interface Membership {
  readonly tally: PodTally;
  /** The set's row; -1 while only its pods are known. */
  row: number;
  readonly adoptable: Map<number, PodVersion>;
}

/**
 * Which pods belong to which ReplicaSet, by controller reference, and which pods without a
 * controller a set's selector matches; kept pod by pod.
 */
export class ReplicaSetPods {
  private readonly byUid = new Map<string, Membership>();
  /** By row of the pod. */
  private readonly membershipOf: (Membership | undefined)[] = [];
  private readonly orphans = new OrphanPods();
  private readonly setsIn = new Map<string, Map<number, ReplicaSet>>();
  private readonly siblings = new Controllees<ReplicatedKind>();

  constructor(
    private readonly kind: ReplicatedKind,
    private readonly selectorOf: (set: ReplicaSet) => Selector,
    /** Called for the row of a set that has pods to adopt. */
    private readonly onAdoptable: (row: number) => void,
  ) {}

  of(uid: string): Membership {
    let membership = this.byUid.get(uid);
    if (membership === undefined) {
      membership = { tally: new PodTally(uid), row: -1, adoptable: new Map() };
      this.byUid.set(uid, membership);
    }
    return membership;
  }

  /** Sets with the same controller, that one included; none for a set without a controller. */
  *relatedTo(set: ReplicaSet): IterableIterator<PodTally> {
    const owner = controllerOf(set);
    if (owner === undefined) return;
    for (const sibling of this.siblings.of(owner.uid)) yield this.of(sibling.uid).tally;
  }

  putSet(before: ReplicaSet | undefined, set: ReplicaSet): void {
    this.siblings.put(set);
    const membership = this.of(set.uid);
    membership.row = set.row;
    membership.tally.follow(set.spec.template?.metadata?.labels ?? {}, this.selectorOf(set));
    let sets = this.setsIn.get(set.namespace);
    if (sets === undefined) {
      sets = new Map();
      this.setsIn.set(set.namespace, sets);
    }
    sets.set(set.row, set);
    if (before !== undefined && before.spec.selector === set.spec.selector) return;
    membership.adoptable.clear();
    for (const pod of this.orphans.in(set.namespace)) this.offer(set, pod);
  }

  removeSet(last: ReplicaSet): void {
    this.siblings.remove(last);
    this.setsIn.get(last.namespace)?.delete(last.row);
    const membership = this.of(last.uid);
    membership.row = -1;
    membership.adoptable.clear();
    this.dropIfEmpty(membership);
  }

  /** Takes a new version of a pod; answers the membership that it has now. */
  putPod(pod: PodVersion): Membership | undefined {
    const before = this.membershipOf[pod.row];
    const known = before?.tally.version(pod.row);
    if (known !== undefined && known.uid === pod.uid) {
      if (known.resourceVersion > pod.resourceVersion) return before;
      if (known.ownerReferences === pod.ownerReferences) {
        before!.tally.put(pod);
        return before;
      }
    }
    const owner = controllerOf(pod);
    const membership = owner?.kind === this.kind ? this.of(owner.uid) : undefined;
    if (before !== undefined && before !== membership) this.leave(before, pod.row);
    this.membershipOf[pod.row] = membership;
    membership?.tally.put(pod);
    if (owner === undefined) this.putOrphan(pod);
    else this.removeOrphan(pod);
    return membership;
  }

  /** Takes note that a pod is gone; answers the membership that it had. */
  removePod(last: PodVersion): Membership | undefined {
    const membership = this.membershipOf[last.row];
    this.membershipOf[last.row] = undefined;
    if (membership !== undefined) this.leave(membership, last.row);
    else this.removeOrphan(last);
    return membership;
  }

  private leave(membership: Membership, row: number): void {
    membership.tally.remove(row);
    this.dropIfEmpty(membership);
  }

  private dropIfEmpty(membership: Membership): void {
    if (membership.row >= 0 || membership.tally.size > 0) return;
    this.byUid.delete(membership.tally.controllerUid);
  }

  private putOrphan(pod: PodVersion): void {
    const before = this.orphans.put(pod);
    if (before !== undefined && before.labels === pod.labels) {
      if (isPodActive(before) === isPodActive(pod)) return;
    }
    for (const set of this.setsIn.get(pod.namespace)?.values() ?? []) this.offer(set, pod);
  }

  private removeOrphan(pod: PodVersion): void {
    if (!this.orphans.delete(pod.row)) return;
    for (const set of this.setsIn.get(pod.namespace)?.values() ?? []) {
      this.byUid.get(set.uid)?.adoptable.delete(pod.row);
    }
  }

  private offer(set: ReplicaSet, pod: PodVersion): void {
    const membership = this.of(set.uid);
    if (!isPodActive(pod) || !this.selectorOf(set).matches(pod.labels)) {
      membership.adoptable.delete(pod.row);
      return;
    }
    membership.adoptable.set(pod.row, pod);
    this.onAdoptable(set.row);
  }
}
