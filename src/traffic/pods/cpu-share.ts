import { assert } from "../../base/assert.js";

/** What the kernel counts CPU in. */
const NANOSECOND = 1e-9;

/** How much CPU a pod may take: `cores` for its threads to share, and its container's limit. */
export interface CpuSpec {
  /** At most one core a thread; may be a fraction. */
  readonly cores: number;
  /** CFS bandwidth control: `limitCores` times the period may be used in each. Null: no limit. */
  readonly quota: {
    readonly limitCores: number;
    readonly periodSeconds: number;
    /** After the pod began. */
    readonly firstRefillSeconds: number;
  } | null;
}

/**
 * The CPU of a pod: all threads that can run share the cores equally, at most one each, and draw
 * from one quota. When it is used up, all stop until it is refilled; what is left over is lost.
 *
 *   running ── the quota is used up ──> throttled ── refill ──> running
 *
 * What one thread has received since the beginning is the same for all, so a task is done when that
 * sum passes its own mark. Nothing happens between `nextSeconds` of one change and the next.
 *
 * Source: P. Turner, B. Rao, N. Rao, "CPU bandwidth control for CFS", Linux Symposium 2010.
 */
export class CpuShare {
  /** What one thread has received, in core seconds. */
  private received = 0;
  private threads = 0;
  private sinceSeconds: number;
  private throttled = false;
  private left: number;
  private refills = 0;

  private used = 0;
  private throttledFor = 0;
  /** Refills that found it throttled. */
  throttledPeriods = 0;
  private lastUsedPeriod = -1;
  /** Periods in which any CPU was used. */
  usedPeriods = 0;

  /** Tasks by their marks, a binary heap; ties in the order of joining. */
  private readonly marks: number[] = [];
  private readonly tasks: number[] = [];
  private readonly widths: number[] = [];

  constructor(
    private readonly spec: CpuSpec,
    private readonly beginSeconds: number,
  ) {
    this.sinceSeconds = beginSeconds;
    this.left = this.full;
  }

  /** CPU used until now, in core seconds. Looks only. */
  usedSeconds(nowSeconds: number): number {
    return this.used + (nowSeconds - this.sinceSeconds) * this.usage;
  }

  /** Wall time spent throttled until now. Looks only. */
  throttledSeconds(nowSeconds: number): number {
    return this.throttledFor + (this.throttled ? nowSeconds - this.sinceSeconds : 0);
  }

  /** A task of so many core seconds, split equally over its threads, begins. */
  join(task: number, coreSeconds: number, threads: number, nowSeconds: number): void {
    this.settle(nowSeconds);
    const mark = this.received + coreSeconds / threads;
    let hole = this.marks.length;
    while (hole > 0) {
      const parent = (hole - 1) >>> 1;
      if (this.marks[parent]! <= mark) break;
      this.place(hole, this.marks[parent]!, this.tasks[parent]!, this.widths[parent]!);
      hole = parent;
    }
    this.place(hole, mark, task, threads);
    this.threads += threads;
  }

  /** A task is broken off. */
  leave(task: number, nowSeconds: number): void {
    this.settle(nowSeconds);
    const position = this.tasks.indexOf(task);
    assert(position >= 0, "a task that left was not on the CPU");
    this.threads -= this.widths[position]!;
    this.remove(position);
  }

  /** When something happens next if no task joins or leaves; Infinity: nothing does. */
  nextSeconds(): number {
    if (this.throttled) return this.refillSeconds(this.refills);
    if (this.threads === 0) return Number.POSITIVE_INFINITY;
    const done = this.sinceSeconds + Math.max(0, this.marks[0]! - this.received) / this.speed;
    return Math.min(done, this.exhaustedSeconds());
  }

  /**
   * Lets happen what is due now, at `nextSeconds`: answers a task that is done, which has left, or
   * -1 when none is (more). To be called until it answers -1.
   */
  happen(nowSeconds: number): number {
    if (this.throttled) {
      if (nowSeconds >= this.refillSeconds(this.refills)) this.settle(nowSeconds);
      return -1;
    }
    const isDone = this.threads > 0 && this.doneBy(nowSeconds);
    const exhausted = !isDone && nowSeconds >= this.exhaustedSeconds();
    this.settle(nowSeconds);
    if (isDone) return this.takeFirst();
    if (exhausted) {
      this.left = 0;
      this.throttled = true;
    }
    return -1;
  }

  /** Work that ends with the last of the quota is done, and throttles nobody: sums of fractions may be a hair off. */
  private doneBy(nowSeconds: number): boolean {
    const done = this.sinceSeconds + Math.max(0, this.marks[0]! - this.received) / this.speed;
    return done <= nowSeconds + NANOSECOND && done <= this.exhaustedSeconds() + NANOSECOND;
  }

  private takeFirst(): number {
    const task = this.tasks[0]!;
    if (this.marks[0]! > this.received) this.received = this.marks[0]!;
    this.threads -= this.widths[0]!;
    this.remove(0);
    // Small sums are exact ones.
    if (this.threads === 0) this.received = 0;
    return task;
  }

  private get full(): number {
    const { quota } = this.spec;
    return quota === null ? Number.POSITIVE_INFINITY : quota.limitCores * quota.periodSeconds;
  }

  /** Of one thread, in cores. */
  private get speed(): number {
    return Math.min(1, this.spec.cores / this.threads);
  }

  private get usage(): number {
    return this.throttled ? 0 : Math.min(this.threads, this.spec.cores);
  }

  private refillSeconds(number: number): number {
    const { quota } = this.spec;
    return quota === null
      ? Number.POSITIVE_INFINITY
      : this.beginSeconds + quota.firstRefillSeconds + number * quota.periodSeconds;
  }

  private exhaustedSeconds(): number {
    const { quota } = this.spec;
    const { usage } = this;
    if (quota === null || usage === 0) return Number.POSITIVE_INFINITY;
    const at = this.sinceSeconds + Math.max(0, this.left) / usage;
    const refill = this.refillSeconds(this.refills);
    if (at < refill) return at;
    return usage > quota.limitCores ? refill + this.full / usage : Number.POSITIVE_INFINITY;
  }

  /** Brings the sums to now. */
  private settle(nowSeconds: number): void {
    const span = nowSeconds - this.sinceSeconds;
    const { usage, spec } = this;
    if (this.throttled) this.throttle(span, nowSeconds);
    else if (this.threads > 0) this.received += span * this.speed;
    this.used += span * usage;
    if (spec.quota !== null) this.settleQuota(nowSeconds, span, usage);
    this.sinceSeconds = nowSeconds;
  }

  private throttle(span: number, nowSeconds: number): void {
    this.throttledFor += span;
    if (nowSeconds < this.refillSeconds(this.refills)) return;
    this.throttled = false;
    this.throttledPeriods += 1;
  }

  private settleQuota(nowSeconds: number, span: number, usage: number): void {
    const { periodSeconds } = this.spec.quota!;
    const before = this.refills;
    if (nowSeconds < this.refillSeconds(before)) {
      this.left -= span * usage;
      if (span > 0 && usage > 0) this.countUsed(before, before);
      return;
    }
    let passed = Math.floor((nowSeconds - this.refillSeconds(before)) / periodSeconds) + 1;
    if (this.refillSeconds(before + passed - 1) > nowSeconds) passed -= 1;
    if (this.refillSeconds(before + passed) <= nowSeconds) passed += 1;
    this.refills = before + passed;
    const inPeriod = nowSeconds - this.refillSeconds(this.refills - 1);
    this.left = this.full - inPeriod * usage;
    if (usage > 0) this.countUsed(before, inPeriod > 0 ? this.refills : this.refills - 1);
  }

  private countUsed(first: number, last: number): void {
    const from = Math.max(first, this.lastUsedPeriod + 1);
    if (last < from) return;
    this.usedPeriods += last - from + 1;
    this.lastUsedPeriod = last;
  }

  private place(position: number, mark: number, task: number, width: number): void {
    this.marks[position] = mark;
    this.tasks[position] = task;
    this.widths[position] = width;
  }

  private remove(position: number): void {
    const mark = this.marks.pop()!;
    const task = this.tasks.pop()!;
    const width = this.widths.pop()!;
    const size = this.marks.length;
    if (position === size) return;
    let hole = position;
    while (hole > 0 && this.marks[(hole - 1) >>> 1]! > mark) {
      const parent = (hole - 1) >>> 1;
      this.place(hole, this.marks[parent]!, this.tasks[parent]!, this.widths[parent]!);
      hole = parent;
    }
    for (;;) {
      let child = hole * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && this.marks[child + 1]! < this.marks[child]!) child += 1;
      if (this.marks[child]! >= mark) break;
      this.place(hole, this.marks[child]!, this.tasks[child]!, this.widths[child]!);
      hole = child;
    }
    this.place(hole, mark, task, width);
  }
}
