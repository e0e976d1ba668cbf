import { assert } from "../base/assert.js";
import { doubled } from "../base/doubled.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine, EventId, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";

const DIRTY = 1;
const PROCESSING = 2;

const DEFAULT_WORKERS = 5;
const DEFAULT_BACKOFF_MICROS = 5_000;
const MAX_BACKOFF_MICROS = 1_000_000_000;
const COMPACT_AT = 1_024;

export interface WorkQueueOptions {
  readonly engine: Engine;
  /** Unique in the run, such as `replicaset`. */
  readonly name: string;
  /** Syncs at one time. Upstream's `--concurrent-deployment-syncs` and its like; default 5. */
  readonly workers?: number | undefined;
  /** The delay after a first failure; default 5 ms. */
  readonly baseBackoffMicros?: TimeMicros;
  /** The longest delay; default 1000 s. */
  readonly maxBackoffMicros?: TimeMicros;
  /**
   * Looks at one key. It answers at once or later, but exactly once, with {@link WorkQueue.done}.
   */
  readonly sync: (key: number) => void;
}

/**
 * The rate-limited queue of a controller, as in client-go: a key waits in it at most once, is
 * synced by one worker at a time, and runs again if it was added in the meantime. Keys are rows of
 * a table. Whatever a sync wanted to be woken for later is forgotten when the next one begins: each
 * sync says anew when to look again. A retry after a failure stands, also where another sync comes before
 * it: it counts as one more failure, should it fail.
 *
 *     add ──► dirty ──► processing ──done──► idle
 *               ▲            │ add
 *               └────done────┘
 */
export class WorkQueue {
  private readonly engine: Engine;
  private readonly sync: (key: number) => void;
  private readonly workers: number;
  private readonly baseBackoffMicros: TimeMicros;
  private readonly maxBackoffMicros: TimeMicros;
  private readonly drainEvent: HandlerId;
  private readonly timerEvent: HandlerId;

  private readonly flags: number[] = [];
  private readonly failures: number[] = [];
  private readonly timers: EventId[] = [];
  private readonly timerDue: TimeMicros[] = [];
  /** Whether the timer is for a retry. */
  private readonly timerRetries: boolean[] = [];
  private ready: number[] = [];
  private head = 0;
  private active = 0;
  private armed = false;
  private draining = false;

  constructor(options: WorkQueueOptions) {
    this.engine = options.engine;
    this.sync = options.sync;
    this.workers = options.workers ?? DEFAULT_WORKERS;
    this.baseBackoffMicros = options.baseBackoffMicros ?? DEFAULT_BACKOFF_MICROS;
    this.maxBackoffMicros = options.maxBackoffMicros ?? MAX_BACKOFF_MICROS;
    assert(this.workers >= 1, "a work queue needs a worker");
    const { engine, name } = options;
    this.drainEvent = engine.registerHandler(`control/${name}/sync`, () => this.drain());
    this.timerEvent = engine.registerHandler(`control/${name}/later`, (key) => {
      this.timers[key] = 0;
      this.add(key);
    });
  }

  /** Keys that wait for a worker. */
  get length(): number {
    return this.ready.length - this.head;
  }

  /** How often the key was added with a growing delay since it last went well. */
  failuresOf(key: number): number {
    return this.failures[key] ?? 0;
  }

  add(key: number): void {
    this.makeRoom(key);
    const flags = this.flags[key]!;
    if ((flags & DIRTY) !== 0) return;
    this.flags[key] = flags | DIRTY;
    if ((flags & PROCESSING) === 0) this.push(key);
  }

  /** Adds the key after a delay; of several delays the shortest counts. */
  addAfter(key: number, delayMicros: TimeMicros): void {
    if (delayMicros <= 0) {
      this.add(key);
      return;
    }
    this.makeRoom(key);
    const due = this.engine.now + delayMicros;
    if (this.timers[key] !== 0) {
      if (this.timerDue[key]! <= due) return;
      this.engine.cancel(this.timers[key]!);
    }
    this.timerDue[key] = due;
    this.timerRetries[key] = false;
    this.timers[key] = this.engine.scheduleAt(due, Phase.react, this.timerEvent, key);
  }

  /** Adds the key after the base delay, doubled with each failure in a row up to the longest. */
  addRateLimited(key: number): void {
    this.makeRoom(key);
    const failures = this.failures[key]!;
    this.failures[key] = failures + 1;
    const wait = doubled(this.baseBackoffMicros, failures, this.maxBackoffMicros);
    const due = this.engine.now + wait;
    this.addAfter(key, wait);
    if (this.timers[key] !== 0 && this.timerDue[key] === due) this.timerRetries[key] = true;
  }

  /** The key went well: the next failure starts with the shortest delay. */
  forget(key: number): void {
    if (key < this.failures.length) this.failures[key] = 0;
  }

  /** The sync of that key is over; nothing of it is under way any more. */
  done(key: number): void {
    const flags = this.flags[key]!;
    assert((flags & PROCESSING) !== 0, "a sync ended twice");
    this.flags[key] = flags & ~PROCESSING;
    this.active -= 1;
    if ((flags & DIRTY) !== 0) this.push(key);
    else this.wake();
  }

  private push(key: number): void {
    this.ready.push(key);
    this.wake();
  }

  private wake(): void {
    if (this.armed || this.draining || this.length === 0 || this.active >= this.workers) return;
    this.armed = true;
    this.engine.scheduleAt(this.engine.now, Phase.react, this.drainEvent);
  }

  private drain(): void {
    this.armed = false;
    this.draining = true;
    while (this.active < this.workers && this.length > 0) {
      const key = this.ready[this.head]!;
      this.head += 1;
      this.compact();
      this.flags[key] = PROCESSING;
      this.active += 1;
      if (!this.timerRetries[key]!) this.cancelTimer(key);
      this.sync(key);
    }
    this.draining = false;
  }

  private cancelTimer(key: number): void {
    const timer = this.timers[key]!;
    if (timer === 0) return;
    this.engine.cancel(timer);
    this.timers[key] = 0;
  }

  private compact(): void {
    if (this.head < COMPACT_AT || this.head * 2 < this.ready.length) return;
    this.ready = this.ready.slice(this.head);
    this.head = 0;
  }

  private makeRoom(key: number): void {
    for (let next = this.flags.length; next <= key; next++) {
      this.flags.push(0);
      this.failures.push(0);
      this.timers.push(0);
      this.timerDue.push(0);
      this.timerRetries.push(false);
    }
  }
}
