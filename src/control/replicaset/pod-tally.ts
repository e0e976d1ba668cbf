import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import { isPodActive, isPodReady, isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { availableAt } from "../pod-availability.js";

const ACTIVE = 1;
const READY = 2;
const LABELED = 4;
const MISMATCHED = 8;
const TERMINATING = 16;

/** Counts of a ReplicaSet's pods, as its status has them: of those on their way out, and of the active ones. */
export interface PodCounts {
  readonly replicas: number;
  readonly fullyLabeledReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly terminatingReplicas: number;
}

/** A pod that is on its way out and has not ended. */
export function isPodTerminating(pod: PodVersion): boolean {
  return !isPodTerminal(pod) && pod.deletionTimeMicros !== null;
}

/**
 * The pods of one ReplicaSet and their counts, kept up to date pod by pod, so that a sync of a set
 * whose pods are as they should be looks at none of them.
 */
export class PodTally {
  active = 0;
  ready = 0;
  terminating = 0;
  private labeled = 0;
  private mismatchedPods = 0;
  private readonly pods: PodVersion[] = [];
  private readonly flags: number[] = [];
  private readonly places = new Map<number, number>();
  private templateLabels: Labels = {};
  private selector: Selector | null = null;
  /** What the labels that were looked at last came to; pods of one template share them. */
  private lastLabels: Labels | null = null;
  private lastLabelFlags = 0;
  private lastCounts: PodCounts | null = null;

  constructor(readonly controllerUid: string) {}

  get size(): number {
    return this.pods.length;
  }

  /** Pods that the selector does not match any more. */
  get mismatched(): number {
    return this.mismatchedPods;
  }

  has(row: number): boolean {
    return this.places.has(row);
  }

  version(row: number): PodVersion | undefined {
    const place = this.places.get(row);
    return place === undefined ? undefined : this.pods[place];
  }

  /** Takes what the ReplicaSet says now; its pods are looked at anew if that matters to them. */
  follow(templateLabels: Labels, selector: Selector): void {
    if (templateLabels === this.templateLabels && selector === this.selector) return;
    this.templateLabels = templateLabels;
    this.selector = selector;
    this.lastLabels = null;
    for (const pod of this.pods) this.put(pod);
  }

  /** Takes a new pod or a new version of one. */
  put(pod: PodVersion): void {
    const flags = this.flagsOf(pod);
    const place = this.places.get(pod.row);
    if (place === undefined) {
      this.places.set(pod.row, this.pods.length);
      this.pods.push(pod);
      this.flags.push(flags);
      this.count(flags, 1);
      return;
    }
    this.pods[place] = pod;
    const before = this.flags[place]!;
    if (before === flags) return;
    this.flags[place] = flags;
    this.count(before, -1);
    this.count(flags, 1);
  }

  remove(row: number): void {
    const place = this.places.get(row);
    if (place === undefined) return;
    this.count(this.flags[place]!, -1);
    this.places.delete(row);
    const lastPod = this.pods.pop()!;
    const lastFlags = this.flags.pop()!;
    if (place === this.pods.length) return;
    this.pods[place] = lastPod;
    this.flags[place] = lastFlags;
    this.places.set(lastPod.row, place);
  }

  /** The same object as long as they are the same. */
  counts(minReadySeconds: number, nowMicros: TimeMicros): PodCounts {
    const { active, ready, terminating, labeled, lastCounts } = this;
    const available =
      minReadySeconds === 0 ? ready : this.availableCount(minReadySeconds, nowMicros);
    if (
      lastCounts !== null &&
      lastCounts.replicas === active &&
      lastCounts.fullyLabeledReplicas === labeled &&
      lastCounts.readyReplicas === ready &&
      lastCounts.availableReplicas === available &&
      lastCounts.terminatingReplicas === terminating
    ) {
      return lastCounts;
    }
    this.lastCounts = {
      replicas: active,
      fullyLabeledReplicas: labeled,
      readyReplicas: ready,
      availableReplicas: available,
      terminatingReplicas: terminating,
    };
    return this.lastCounts;
  }

  /** When the next ready pod becomes available; null when none waits for that. */
  nextAvailability(minReadySeconds: number, nowMicros: TimeMicros): TimeMicros | null {
    let next: TimeMicros | null = null;
    for (const pod of this.activePods()) {
      const at = availableAt(pod, minReadySeconds);
      if (at !== null && at > nowMicros && (next === null || at < next)) next = at;
    }
    return next;
  }

  activePods(): readonly PodVersion[] {
    return this.pods.filter((_, place) => (this.flags[place]! & ACTIVE) !== 0);
  }

  mismatchedList(): readonly PodVersion[] {
    return this.pods.filter((_, place) => (this.flags[place]! & MISMATCHED) !== 0);
  }

  private availableCount(minReadySeconds: number, nowMicros: TimeMicros): number {
    let count = 0;
    for (const pod of this.activePods()) {
      const at = availableAt(pod, minReadySeconds);
      if (at !== null && at <= nowMicros) count += 1;
    }
    return count;
  }

  private flagsOf(pod: PodVersion): number {
    if (isPodTerminating(pod)) return this.isMatched(pod.labels) ? TERMINATING : 0;
    if (!isPodActive(pod)) return 0;
    return ACTIVE | (isPodReady(pod) ? READY : 0) | this.labelFlags(pod.labels);
  }

  private isMatched(labels: Labels): boolean {
    return (this.labelFlags(labels) & MISMATCHED) === 0;
  }

  private labelFlags(labels: Labels): number {
    if (labels === this.lastLabels) return this.lastLabelFlags;
    let flags = hasAllLabels(labels, this.templateLabels) ? LABELED : 0;
    if (this.selector !== null && !this.selector.matches(labels)) flags |= MISMATCHED;
    this.lastLabels = labels;
    this.lastLabelFlags = flags;
    return flags;
  }

  private count(flags: number, sign: 1 | -1): void {
    if ((flags & ACTIVE) !== 0) this.active += sign;
    if ((flags & READY) !== 0) this.ready += sign;
    if ((flags & LABELED) !== 0) this.labeled += sign;
    if ((flags & MISMATCHED) !== 0) this.mismatchedPods += sign;
    if ((flags & TERMINATING) !== 0) this.terminating += sign;
  }
}

function hasAllLabels(labels: Labels, wanted: Labels): boolean {
  if (labels === wanted) return true;
  for (const key in wanted) {
    if (labels[key] !== wanted[key]) return false;
  }
  return true;
}
