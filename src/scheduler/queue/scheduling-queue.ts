import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { BackoffOptions } from "./backoff.js";
import { BackoffQueue } from "./backoff-queue.js";
import { PodHeap } from "./pod-heap.js";
import type { QueuedPod } from "./queued-pod.js";

/** Upstream looks for ended backoffs once a second, for forgotten pods every 30 s. */
const BACKOFF_FLUSH_MICROS = MICROS_PER_SECOND;
const LEFTOVER_FLUSH_MICROS = 30 * MICROS_PER_SECOND;

export interface SchedulingQueueOptions<E> {
  /** Whether `a` is scheduled before `b`: the profile's QueueSort plugin. */
  readonly before: (a: QueuedPod, b: QueuedPod) => boolean;
  /** Whether a PreEnqueue plugin holds the pod back, and which. */
  readonly gate: (pod: PodVersion) => string | null;
  /** Whether the event may help a pod that these plugins rejected: their queueing hints. */
  readonly worthRequeuing: (pod: QueuedPod, event: E) => boolean;
  readonly backoff: BackoffOptions;
  /** How long a pod may stay unschedulable without another try: five minutes. */
  readonly maxUnschedulableMicros: TimeMicros;
  /**
   * Whether a failed attempt looks through the events that came while it ran, and an update of a
   * waiting pod asks the hints (with SchedulerQueueingHints); before, any move of pods while it ran
   * sent it to backoff.
   */
  readonly inFlightEvents: boolean;
  /** Whether the scheduler takes from the backoff heap when nothing is active (v1.33 and later). */
  readonly popFromBackoff: boolean;
}

/**
 * The pods that wait for the scheduler: active (ordered by QueueSort), backing off (ordered by the
 * end of their backoff) and unschedulable (until an event may help, or the five-minute flush).
 * It holds no clock: the scheduler passes the time and asks {@link nextFlushMicros} when to look.
 */
export class SchedulingQueue<E> {
  private readonly byUid = new Map<string, QueuedPod>();
  private readonly active: PodHeap;
  private readonly backoff: BackoffQueue;
  /** In the order in which they were put here; the groups share their rejectors. */
  private readonly unschedulable = new Map<string, Set<QueuedPod>>();
  private unschedulableCount = 0;
  /** Events since the oldest attempt under way began. */
  private readonly recentEvents: E[] = [];
  private readonly inFlightSince = new Map<QueuedPod, number>();
  private firstEvent = 0;
  private sequence = 0;

  constructor(private readonly options: SchedulingQueueOptions<E>) {
    this.active = new PodHeap(options.before);
    this.backoff = new BackoffQueue(options.backoff, options.before);
  }

  get activeCount(): number {
    return this.active.size;
  }

  get backoffCount(): number {
    return this.backoff.size;
  }

  get unschedulablePodCount(): number {
    return this.unschedulableCount;
  }

  /** Pods that a {@link pop} would find now. */
  get readyCount(): number {
    return this.active.size + (this.options.popFromBackoff ? this.backoff.refusedCount : 0);
  }

  get(uid: string): QueuedPod | undefined {
    return this.byUid.get(uid);
  }

  /** A new pod that has no node. */
  add(pod: PodVersion, now: TimeMicros): void {
    if (this.byUid.has(pod.uid)) return;
    const queued: QueuedPod = {
      pod,
      priority: pod.spec.priority ?? 0,
      place: "unschedulable",
      timestampMicros: now,
      sequence: this.sequence++,
      attempts: 0,
      rejectors: [],
      gated: false,
      heapIndex: -1,
      backoffUntilMicros: 0,
    };
    this.byUid.set(pod.uid, queued);
    this.activate(queued);
  }

  /**
   * A new version of a pod that has no node. `change` says what of it may make a pod schedulable that
   * was not (its gates, labels, tolerations, requests …); null for nothing.
   */
  update(pod: PodVersion, change: E | null, now: TimeMicros): void {
    const queued = this.byUid.get(pod.uid);
    if (queued === undefined) {
      this.add(pod, now);
      return;
    }
    queued.pod = pod;
    if (change === null) return;
    const { inFlightEvents, worthRequeuing } = this.options;
    if (queued.place === "inFlight" && inFlightEvents) this.recentEvents.push(change);
    if (queued.place !== "unschedulable") return;
    // Before there were hints, any change of a waiting pod was worth another try.
    if (inFlightEvents && !worthRequeuing(queued, change)) return;
    this.leaveUnschedulable(queued);
    if (queued.gated) queued.timestampMicros = now;
    this.requeue(queued, now);
  }

  /** The pod is gone, or another party bound it. */
  remove(uid: string): void {
    const queued = this.byUid.get(uid);
    if (queued === undefined) return;
    this.byUid.delete(uid);
    if (queued.place === "active") this.active.remove(queued);
    else if (queued.place === "backoff") this.backoff.remove(queued);
    else if (queued.place === "unschedulable") this.leaveUnschedulable(queued);
    else this.leaveFlight(queued);
  }

  /** The next pod to schedule; its attempt is under way until {@link done} or {@link putBack}. */
  pop(): QueuedPod | undefined {
    let queued = this.active.pop();
    if (queued === undefined && this.options.popFromBackoff) queued = this.backoff.popEarly();
    if (queued === undefined) return undefined;
    queued.place = "inFlight";
    queued.attempts += 1;
    this.inFlightSince.set(queued, this.firstEvent + this.recentEvents.length);
    return queued;
  }

  /** The attempt ended well: the pod is bound. */
  done(queued: QueuedPod): void {
    this.leaveFlight(queued);
    if (this.byUid.get(queued.pod.uid) === queued) this.byUid.delete(queued.pod.uid);
  }

  /** The attempt failed; `rejectors` are the plugins that said so, none after an error. */
  putBack(queued: QueuedPod, rejectors: readonly string[], now: TimeMicros): void {
    const since = this.inFlightSince.get(queued);
    const missed = since === undefined ? [] : this.recentEvents.slice(since - this.firstEvent);
    this.leaveFlight(queued);
    if (this.byUid.get(queued.pod.uid) !== queued) return;
    queued.rejectors = rejectors;
    queued.timestampMicros = now;
    queued.sequence = this.sequence++;
    const helped = this.options.inFlightEvents
      ? rejectors.length === 0 || missed.some((e) => this.options.worthRequeuing(queued, e))
      : missed.length > 0;
    if (helped) this.backoff.add(queued);
    else this.enterUnschedulable(queued);
  }

  /** Something happened in the cluster: moves the pods that it may help. Returns how many moved. */
  moveOnEvent(event: E, now: TimeMicros): number {
    if (this.inFlightSince.size > 0) this.recentEvents.push(event);
    let moved = 0;
    for (const group of this.unschedulable.values()) {
      for (const queued of group) {
        if (queued.gated || !this.options.worthRequeuing(queued, event)) continue;
        this.leaveUnschedulable(queued);
        this.requeue(queued, now);
        moved += 1;
      }
    }
    return moved;
  }

  /** Moves what is due: ended backoffs at whole seconds, forgotten pods at whole half-minutes. */
  flush(now: TimeMicros): void {
    if (now % BACKOFF_FLUSH_MICROS === 0) {
      for (const queued of this.backoff.popCompleted(now)) this.activate(queued);
    }
    if (now % LEFTOVER_FLUSH_MICROS === 0) this.flushLeftover(now);
  }

  /** When {@link flush} will next have something to do; null while nothing waits for time to pass. */
  nextFlushMicros(now: TimeMicros): { at: TimeMicros; onlyRetries: boolean } | null {
    const backoffEnd = this.backoff.nextEndMicros;
    const leftover = this.oldestUnschedulable();
    let at = Number.POSITIVE_INFINITY;
    let onlyRetries = true;
    if (backoffEnd !== null) {
      at = nextTick(Math.max(backoffEnd, now), BACKOFF_FLUSH_MICROS, now);
      onlyRetries = false;
    }
    if (leftover !== null) {
      const due = Math.max(leftover + this.options.maxUnschedulableMicros, now);
      at = Math.min(at, nextTick(due, LEFTOVER_FLUSH_MICROS, now));
    }
    return at === Number.POSITIVE_INFINITY ? null : { at, onlyRetries };
  }

  private flushLeftover(now: TimeMicros): void {
    for (const group of this.unschedulable.values()) {
      for (const queued of group) {
        if (queued.gated) continue;
        if (now - queued.timestampMicros <= this.options.maxUnschedulableMicros) continue;
        this.leaveUnschedulable(queued);
        this.requeue(queued, now);
      }
    }
  }

  private oldestUnschedulable(): TimeMicros | null {
    let oldest: TimeMicros | null = null;
    for (const group of this.unschedulable.values()) {
      const [first] = group;
      if (first === undefined || first.gated) continue;
      if (oldest === null || first.timestampMicros < oldest) oldest = first.timestampMicros;
    }
    return oldest;
  }

  private activate(queued: QueuedPod): void {
    const gate = this.options.gate(queued.pod);
    queued.gated = gate !== null;
    if (gate !== null) {
      queued.rejectors = [gate];
      this.enterUnschedulable(queued);
      return;
    }
    queued.place = "active";
    this.active.push(queued);
  }

  private requeue(queued: QueuedPod, now: TimeMicros): void {
    if (!queued.gated && this.backoff.isBackingOff(queued, now)) this.backoff.add(queued);
    else this.activate(queued);
  }

  private enterUnschedulable(queued: QueuedPod): void {
    queued.place = "unschedulable";
    const key = groupKey(queued);
    const group = this.unschedulable.get(key);
    if (group === undefined) this.unschedulable.set(key, new Set([queued]));
    else group.add(queued);
    this.unschedulableCount += 1;
  }

  private leaveUnschedulable(queued: QueuedPod): void {
    const key = groupKey(queued);
    const group = this.unschedulable.get(key);
    if (group?.delete(queued) !== true) return;
    if (group.size === 0) this.unschedulable.delete(key);
    this.unschedulableCount -= 1;
  }

  private leaveFlight(queued: QueuedPod): void {
    this.inFlightSince.delete(queued);
    if (this.inFlightSince.size === 0) {
      this.firstEvent += this.recentEvents.length;
      this.recentEvents.length = 0;
    }
  }
}

function groupKey(queued: QueuedPod): string {
  return queued.gated ? `gated ${queued.rejectors.join(",")}` : queued.rejectors.join(",");
}

/** The first multiple of `period` that is at or after `due`, and after `now`. */
function nextTick(due: TimeMicros, period: TimeMicros, now: TimeMicros): TimeMicros {
  const tick = Math.ceil(due / period) * period;
  return tick > now ? tick : tick + period;
}
