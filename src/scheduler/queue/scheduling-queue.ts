import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { BackoffOptions } from "./backoff.js";
import { BackoffQueue } from "./backoff-queue.js";
import { EventsInFlight } from "./events-in-flight.js";
import { PodHeap } from "./pod-heap.js";
import type { QueuedPod } from "./queued-pod.js";

/** Upstream looks for ended backoffs once a second, for forgotten pods every 30 s. */
const BACKOFF_FLUSH_MICROS = MICROS_PER_SECOND;
const LEFTOVER_FLUSH_MICROS = 30 * MICROS_PER_SECOND;

/** What differs between versions. */
export interface QueueRules {
  /**
   * Whether a failed attempt looks through the events that came while it ran, and an update of a
   * waiting pod asks the hints (with SchedulerQueueingHints); before, any move of pods since the last
   * pop sent it to backoff.
   */
  readonly inFlightEvents: boolean;
  /** Whether the scheduler takes from the backoff heap when nothing is active (v1.33 and later). */
  readonly popFromBackoff: boolean;
  /** Whether an error sends a pod to backoff; before v1.29 it waited for an event as if refused. */
  readonly errorsBackOff: boolean;
  /** Whether after an error the plugins of an earlier attempt still count (up to v1.28). */
  readonly errorKeepsRejectors: boolean;
}

export interface SchedulingQueueOptions<E> {
  /** Whether `a` is scheduled before `b`: the profile's QueueSort plugin. */
  readonly before: (a: QueuedPod, b: QueuedPod) => boolean;
  /** Whether a PreEnqueue plugin holds the pod back, and which. */
  readonly gate: (pod: PodVersion) => string | null;
  /**
   * Whether the plugins that rejected the pod wait for such an event at all. Asked once for all pods
   * of one scheduler and the same rejectors.
   */
  readonly awaits: (pod: QueuedPod, event: E) => boolean;
  /** Whether the event may help this very pod: the queueing hints of its rejectors. */
  readonly worthRequeuing: (pod: QueuedPod, event: E) => boolean;
  /** Whether the plugin that holds the pod back waits for such an event; asked of pods that are held. */
  readonly mayUngate: (pod: QueuedPod, event: E) => boolean;
  readonly backoff: BackoffOptions;
  /** How long a pod may stay unschedulable without another try: five minutes. */
  readonly maxUnschedulableMicros: TimeMicros;
  readonly rules: QueueRules;
}

/** What an update changed of a pod that waits. */
export interface WaitingPodChange<E> {
  /** For the hints, one event for each kind of change. */
  readonly events: readonly E[];
  /** Anything but its status: without hints, reason enough for another try. */
  readonly matters: boolean;
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
  /** In the order in which they were put here; the groups share scheduler and rejectors. */
  private readonly unschedulable = new Map<string, Set<QueuedPod>>();
  private unschedulableCount = 0;
  /** Null stands for an event that may help every pod. */
  private readonly flights = new EventsInFlight<E | null>();
  /** Pods popped so far, and their number at the last request to move pods. */
  private cycle = 0;
  private moveRequestCycle = -1;
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
    return this.active.size + (this.options.rules.popFromBackoff ? this.backoff.refusedCount : 0);
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
      refusals: 0,
      errorsInRow: 0,
      rejectors: [],
      gatedBy: null,
      activated: false,
      updatedInFlightMicros: null,
      flight: null,
      heapIndex: -1,
      backoffUntilMicros: 0,
    };
    this.byUid.set(pod.uid, queued);
    this.activate(queued);
  }

  /** A new version of a pod that has no node. */
  update(pod: PodVersion, change: WaitingPodChange<E>, now: TimeMicros): void {
    const queued = this.byUid.get(pod.uid);
    if (queued === undefined) {
      this.add(pod, now);
      return;
    }
    queued.pod = pod;
    if (queued.place === "inFlight") this.updateInFlight(queued, change, now);
    else if (queued.place === "unschedulable" && this.isWorthATry(queued, change)) {
      this.leaveUnschedulable(queued);
      this.requeue(queued, now);
    }
  }

  private updateInFlight(queued: QueuedPod, { events }: WaitingPodChange<E>, now: number): void {
    if (this.options.rules.inFlightEvents) {
      for (const event of events) this.flights.record(event);
    } else {
      queued.updatedInFlightMicros ??= now;
    }
  }

  private isWorthATry(queued: QueuedPod, { events, matters }: WaitingPodChange<E>): boolean {
    if (!this.options.rules.inFlightEvents) return matters;
    return events.some((event) => this.mayHelp(queued, event));
  }

  private mayHelp(queued: QueuedPod, event: E): boolean {
    return this.options.awaits(queued, event) && this.options.worthRequeuing(queued, event);
  }

  /** The pod is gone, or another party bound it. */
  remove(uid: string): void {
    const queued = this.byUid.get(uid);
    if (queued === undefined) return;
    this.byUid.delete(uid);
    if (queued.place === "active") this.active.remove(queued);
    else if (queued.place === "backoff") this.backoff.remove(queued);
    else if (queued.place === "unschedulable") this.leaveUnschedulable(queued);
    else this.flights.end(queued);
  }

  /** What `before` says has changed: the pods that wait are put in order. */
  sortAnew(): void {
    this.active.sortAnew();
    this.backoff.sortAnew();
  }

  /** The next pod to schedule; its attempt is under way until {@link done} or {@link putBack}. */
  pop(): QueuedPod | undefined {
    const { popFromBackoff, inFlightEvents } = this.options.rules;
    const queued = this.active.pop() ?? (popFromBackoff ? this.backoff.popEarly() : undefined);
    if (queued === undefined) return undefined;
    queued.place = "inFlight";
    queued.attempts += 1;
    this.cycle += 1;
    if (inFlightEvents) this.flights.begin(queued);
    return queued;
  }

  /** The pod has its node in the scheduler's mind: an update from now on is no reason to try again. */
  assumed(queued: QueuedPod): void {
    queued.updatedInFlightMicros = null;
  }

  /** The attempt ended well: the pod is bound. */
  done(queued: QueuedPod): void {
    this.flights.end(queued);
    if (this.byUid.get(queued.pod.uid) === queued) this.byUid.delete(queued.pod.uid);
  }

  /** The attempt failed; `rejectors` are the plugins that said so, none after an error. */
  putBack(queued: QueuedPod, rejectors: readonly string[], now: TimeMicros): void {
    const missed = this.flights.during(queued);
    this.flights.end(queued);
    if (this.byUid.get(queued.pod.uid) !== queued) return;
    queued.sequence = this.sequence++;
    if (queued.updatedInFlightMicros !== null) {
      this.startAgain(queued, queued.updatedInFlightMicros);
      return;
    }
    const { inFlightEvents, errorsBackOff, errorKeepsRejectors } = this.options.rules;
    const failed = rejectors.length === 0;
    if (!failed || !errorKeepsRejectors) queued.rejectors = rejectors;
    queued.errorsInRow = failed ? queued.errorsInRow + 1 : 0;
    if (!failed) queued.refusals += 1;
    queued.timestampMicros = now;
    const helped = inFlightEvents
      ? failed || missed.some((event) => event === null || this.mayHelp(queued, event))
      : this.moveRequestCycle >= this.cycle || (failed && errorsBackOff);
    if (helped || queued.activated) this.enterBackoff(queued);
    else this.enterUnschedulable(queued);
    queued.activated = false;
  }

  /**
   * The pod is tried again as soon as may be, whatever it waits for; one whose attempt is under way goes
   * to backoff after it, should it fail. Source: `PriorityQueue.Activate`.
   */
  activateNow(uid: string): void {
    const queued = this.byUid.get(uid);
    if (queued === undefined || queued.place === "active") return;
    if (queued.place === "inFlight") {
      queued.activated = true;
      return;
    }
    if (queued.place === "backoff") {
      this.backoff.remove(queued);
      this.leaveBackoff(queued);
    } else {
      this.leaveUnschedulable(queued);
      this.activate(queued);
    }
  }

  /** As if the pod had come at that time, without any attempt. */
  private startAgain(queued: QueuedPod, timestampMicros: TimeMicros): void {
    Object.assign(queued, { ...NO_ATTEMPTS, timestampMicros, updatedInFlightMicros: null });
    this.activate(queued);
  }

  /**
   * Something happened in the cluster: moves the pods that it may help, of those that `admits` lets
   * pass. Returns how many moved.
   */
  moveOnEvent(event: E, now: TimeMicros, admits?: (queued: QueuedPod) => boolean): number {
    this.noteMove(event);
    const { awaits, worthRequeuing, mayUngate } = this.options;
    const helped: QueuedPod[] = [];
    for (const group of this.unschedulable.values()) {
      const [first] = group;
      if (first === undefined || !awaits(first, event)) continue;
      if (first.gatedBy !== null && !mayUngate(first, event)) continue;
      for (const queued of group) {
        if (admits !== undefined && !admits(queued)) continue;
        if (worthRequeuing(queued, event)) helped.push(queued);
      }
    }
    this.moveOn(helped, now);
    return helped.length;
  }

  private noteMove(event: E | null): void {
    if (this.options.rules.inFlightEvents) this.flights.record(event);
    else this.moveRequestCycle = this.cycle;
  }

  /** Moves what is due: ended backoffs at whole seconds, forgotten pods at whole half-minutes. */
  flush(now: TimeMicros): void {
    if (now % BACKOFF_FLUSH_MICROS === 0) {
      for (const queued of this.backoff.popCompleted(now)) this.leaveBackoff(queued);
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
    const forgotten: QueuedPod[] = [];
    for (const group of this.unschedulable.values()) {
      for (const queued of group) {
        if (queued.gatedBy !== null) continue;
        if (now - queued.timestampMicros > this.options.maxUnschedulableMicros)
          forgotten.push(queued);
      }
    }
    this.moveOn(forgotten, now);
    if (forgotten.length > 0) this.noteMove(null);
  }

  /** Chosen before any of them moves: a pod whose gate still holds comes back into its own group. */
  private moveOn(chosen: readonly QueuedPod[], now: TimeMicros): void {
    for (const queued of chosen) {
      this.leaveUnschedulable(queued);
      this.requeue(queued, now);
    }
  }

  private oldestUnschedulable(): TimeMicros | null {
    let oldest: TimeMicros | null = null;
    for (const group of this.unschedulable.values()) {
      const [first] = group;
      if (first === undefined || first.gatedBy !== null) continue;
      if (oldest === null || first.timestampMicros < oldest) oldest = first.timestampMicros;
    }
    return oldest;
  }

  private activate(queued: QueuedPod): void {
    if (this.isHeldBack(queued)) return;
    queued.place = "active";
    this.active.push(queued);
  }

  private requeue(queued: QueuedPod, now: TimeMicros): void {
    if (queued.attempts > 0 && this.backoff.isBackingOff(queued, now)) this.enterBackoff(queued);
    else this.activate(queued);
  }

  /** Where pods are taken from backoff early, gates are asked before they come there, and not after. */
  private enterBackoff(queued: QueuedPod): void {
    if (this.options.rules.popFromBackoff && this.isHeldBack(queued)) return;
    this.backoff.add(queued);
  }

  private leaveBackoff(queued: QueuedPod): void {
    if (!this.options.rules.popFromBackoff && this.isHeldBack(queued)) return;
    queued.place = "active";
    this.active.push(queued);
  }

  /** Asks the gates; a pod that one holds back is unschedulable by that plugin, too. */
  private isHeldBack(queued: QueuedPod): boolean {
    const gate = this.options.gate(queued.pod);
    queued.gatedBy = gate;
    if (gate === null) return false;
    if (!queued.rejectors.includes(gate)) queued.rejectors = [...queued.rejectors, gate].sort();
    this.enterUnschedulable(queued);
    return true;
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
}

const NO_ATTEMPTS = { attempts: 0, refusals: 0, errorsInRow: 0, rejectors: [] } as const;

function groupKey({ gatedBy, pod, rejectors }: QueuedPod): string {
  return `${gatedBy === null ? "" : `${gatedBy} `}${pod.spec.schedulerName ?? ""}/${rejectors.join(",")}`;
}

/** The first multiple of `period` that is at or after `due`, and after `now`. */
function nextTick(due: TimeMicros, period: TimeMicros, now: TimeMicros): TimeMicros {
  const tick = Math.ceil(due / period) * period;
  return tick > now ? tick : tick + period;
}
