import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { OwnedPodsListener } from "../owned-pods.js";
import {
  identityMatches,
  isWithin,
  type Ordinals,
  ordinalOf,
  revisionOf,
  type StatefulSet,
} from "./identity.js";
import { isRunningAndReady, isTerminating } from "./stateful-view.js";

/** What is remembered of one pod; of a pod that is `odd` nothing else is known. */
interface Member {
  pod: PodVersion;
  ordinal: number;
  /** Its name or labels are not those of its ordinal. */
  odd: boolean;
  settled: boolean;
  /** As it was counted last. */
  ready: boolean;
  terminating: boolean;
  /** "" of one that is being deleted. */
  revision: string;
}

/**
 * The pods of one StatefulSet in figures, moved pod by pod, so that a sync looks only at those about which
 * something may be to be done.
 */
export class SetTally {
  /** Pods whose name or labels are not those of their ordinal: with any, nothing here can be relied on. */
  odd = 0;
  /** Pods that run and are ready. */
  ready = 0;
  /** Grows with every change after which a sync may find something else than before. */
  version = 0;
  private readonly members = new Map<number, Member>();
  private readonly byOrdinal = new Map<number, Member>();
  private readonly unsettled = new Set<Member>();
  /** Ordinals that the set has and no pod. */
  private readonly free = new Set<number>();
  private readonly revisions = new Map<string, number>();
  private set: Pick<StatefulSet, "name" | "namespace"> | null = null;
  private ordinals: Ordinals = { first: 0, count: 0 };
  private outside = 0;

  get size(): number {
    return this.members.size;
  }

  /** Pods of ordinals that the set does not have. */
  get condemned(): number {
    return this.outside;
  }

  /** Pods of a revision that are not being deleted. */
  ofRevision(name: string): number {
    return this.revisions.get(name) ?? 0;
  }

  /** Pods that are not being deleted. */
  get staying(): number {
    let all = 0;
    for (const pods of this.revisions.values()) all += pods;
    return all;
  }

  at(ordinal: number): PodVersion | undefined {
    return this.byOrdinal.get(ordinal)?.pod;
  }

  /** Takes what the set says now. */
  follow(set: StatefulSet, ordinals: Ordinals): void {
    if (this.set === null) {
      this.set = set;
      for (const member of this.members.values()) this.enter(member);
    }
    const { first, count } = this.ordinals;
    if (first === ordinals.first && count === ordinals.count) return;
    this.ordinals = ordinals;
    this.version += 1;
    this.free.clear();
    for (let place = 0; place < ordinals.count; place++) {
      const ordinal = ordinals.first + place;
      if (!this.byOrdinal.has(ordinal)) this.free.add(ordinal);
    }
    this.outside = 0;
    for (const { odd, ordinal } of this.members.values()) {
      if (!odd && !isWithin(ordinals, ordinal)) this.outside += 1;
    }
  }

  /**
   * Places, counted from the first ordinal, without a pod or with one that is not settled; of a set that `waits` for
   * none of them, only those without a pod or with one that has ended.
   */
  openPlaces(waits: boolean): readonly number[] {
    const { ordinals } = this;
    const places: number[] = [];
    for (const ordinal of this.free) places.push(ordinal - ordinals.first);
    for (const { ordinal, pod } of this.unsettled) {
      if (!waits && !isPodTerminal(pod)) continue;
      if (isWithin(ordinals, ordinal)) places.push(ordinal - ordinals.first);
    }
    return places.length > 1 ? places.sort((a, b) => a - b) : places;
  }

  put(pod: PodVersion): void {
    const member = this.members.get(pod.row);
    if (member === undefined) {
      const made = newMember(pod);
      this.members.set(pod.row, made);
      this.version += 1;
      if (this.set !== null) this.enter(made);
    } else if (this.set === null) {
      member.pod = pod;
    } else if (member.odd || member.pod.labels !== pod.labels) {
      this.version += 1;
      this.leave(member);
      member.pod = pod;
      this.enter(member);
    } else {
      const { phase } = member.pod;
      member.pod = pod;
      if (phase === pod.phase && isCountedAs(member, pod)) return;
      this.version += 1;
      this.discount(member);
      this.count(member);
    }
  }

  remove({ row }: Pick<PodVersion, "row">): void {
    const member = this.members.get(row);
    if (member === undefined) return;
    this.version += 1;
    if (this.set !== null) this.leave(member);
    this.members.delete(row);
  }

  private enter(member: Member): void {
    const { pod } = member;
    member.ordinal = ordinalOf(pod);
    member.odd = !identityMatches(this.set!, pod) || this.byOrdinal.has(member.ordinal);
    if (member.odd) {
      this.odd += 1;
      return;
    }
    this.byOrdinal.set(member.ordinal, member);
    if (isWithin(this.ordinals, member.ordinal)) this.free.delete(member.ordinal);
    else this.outside += 1;
    this.count(member);
  }

  private leave(member: Member): void {
    if (member.odd) {
      this.odd -= 1;
      return;
    }
    this.byOrdinal.delete(member.ordinal);
    if (isWithin(this.ordinals, member.ordinal)) this.free.add(member.ordinal);
    else this.outside -= 1;
    this.discount(member);
    this.unsettled.delete(member);
  }

  private count(member: Member): void {
    const { pod } = member;
    member.ready = isRunningAndReady(pod);
    member.terminating = isTerminating(pod);
    member.revision = member.terminating ? "" : revisionOf(pod);
    if (member.ready) this.ready += 1;
    if (!member.terminating) this.countRevision(member.revision, 1);
    member.settled = member.ready && !member.terminating;
    if (member.settled) this.unsettled.delete(member);
    else this.unsettled.add(member);
  }

  private discount({ ready, terminating, revision }: Member): void {
    if (ready) this.ready -= 1;
    if (!terminating) this.countRevision(revision, -1);
  }

  private countRevision(revision: string, sign: 1 | -1): void {
    const pods = this.ofRevision(revision) + sign;
    if (pods === 0) this.revisions.delete(revision);
    else this.revisions.set(revision, pods);
  }
}

function newMember(pod: PodVersion): Member {
  return {
    pod,
    ordinal: -1,
    odd: false,
    settled: false,
    ready: false,
    terminating: false,
    revision: "",
  };
}

/** Of a pod whose labels are the same. */
function isCountedAs({ ready, terminating }: Member, pod: PodVersion): boolean {
  return ready === isRunningAndReady(pod) && terminating === isTerminating(pod);
}

/** A tally for each StatefulSet that has pods, by its UID. */
export class SetTallies implements OwnedPodsListener {
  private readonly byUid = new Map<string, SetTally>();

  of(setUid: string): SetTally {
    return this.byUid.get(setUid) ?? new SetTally();
  }

  put(ownerUid: string, pod: PodVersion): void {
    let tally = this.byUid.get(ownerUid);
    if (tally === undefined) {
      tally = new SetTally();
      this.byUid.set(ownerUid, tally);
    }
    tally.put(pod);
  }

  removed(ownerUid: string, pod: PodVersion): void {
    const tally = this.byUid.get(ownerUid);
    tally?.remove(pod);
    if (tally?.size === 0) this.byUid.delete(ownerUid);
  }
}
