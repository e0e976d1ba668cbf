import { assert } from "../base/assert.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { WriteRequest } from "../store/request.js";
import { WorkQueue } from "./work-queue.js";

/** What a step of a sync comes to: there is more to come, all went well, or it is to be tried again. */
export type StepEnd = "go on" | "done" | "retry";

export interface SyncsOptions<S> {
  readonly engine: Engine;
  readonly client: Client;
  /** Unique in the run, as that of a {@link WorkQueue}. */
  readonly name: string;
  readonly workers?: number | undefined;
  /** As that of a {@link WorkQueue}. */
  readonly baseBackoffMicros?: TimeMicros | undefined;
  /** As that of a {@link WorkQueue}. */
  readonly maxBackoffMicros?: TimeMicros | undefined;
  /** How often in a row a key is tried again before it is given up; default: for ever. */
  readonly maxRetries?: number | undefined;
  /** What a sync of the key has to remember on its way; null where there is nothing to do, "retry" where it has to wait. */
  readonly begin: (key: number) => S | null | "retry";
  /**
   * Takes a sync one step further: looks at what is known now, and sends what comes next. It is called
   * first when the sync begins, and again when all that it has sent is answered.
   */
  readonly step: (sync: S, key: number) => StepEnd;
}

/** What is called with the answer to a request of a sync; `b` came with the request. */
export type SyncAnswer<S> = (
  sync: S,
  outcome: Outcome,
  request: WriteRequest,
  key: number,
  b: number,
) => void;

/** What is known of a key's sync while it runs; the next one of that key takes the record over. */
interface Running<S> {
  /** Null: it is over. */
  sync: S | null;
  unanswered: number;
  steps: number;
}

/** Steps that one sync may need: more is a bug of ours that would never end. */
const MAX_STEPS = 10_000;

/**
 * The syncs of a controller that writes, one a key at a time. A sync is steps with requests between
 * them; while a request is unanswered the sync holds its worker.
 *
 *     queued ──begin──► stepping ──"go on", requests sent──► waiting
 *       ▲                │  │ ▲                                │
 *       │ growing delay  │  │ └───────────last answer──────────┘
 *       └────"retry"─────┘  └──"done"──► idle
 */
export class Syncs<S> {
  private readonly queue: WorkQueue;
  /** By key. */
  private readonly running: (Running<S> | null)[] = [];

  constructor(private readonly options: SyncsOptions<S>) {
    const { engine, name, workers, baseBackoffMicros, maxBackoffMicros } = options;
    this.queue = new WorkQueue({
      engine,
      name,
      workers,
      ...(baseBackoffMicros !== undefined && { baseBackoffMicros }),
      ...(maxBackoffMicros !== undefined && { maxBackoffMicros }),
      sync: (key) => this.begin(key),
    });
  }

  add(key: number): void {
    this.queue.add(key);
  }

  /** As {@link WorkQueue.addAfter}: also from within a step, for the time after it. */
  addAfter(key: number, delayMicros: TimeMicros): void {
    this.queue.addAfter(key, delayMicros);
  }

  /** Names a receiver of answers, once, when the controller is built. */
  onAnswer(receive: SyncAnswer<S>): AnswerId {
    return this.options.client.onAnswer((outcome, key, b, request) => {
      const running = this.running[key] ?? null;
      const sync = running?.sync ?? null;
      assert(running !== null && sync !== null, "an answer came for a sync that is over");
      running.unanswered -= 1;
      receive(sync, outcome, request, key, b);
      if (running.unanswered === 0) this.stepOn(key, running);
    });
  }

  /** Sends a request of the key's sync, from within a step or from a receiver of answers. */
  send(key: number, answer: AnswerId, request: WriteRequest, b = 0): void {
    const running = this.running[key] ?? null;
    assert(running !== null && running.sync !== null, "a request was sent outside of a sync");
    running.unanswered += 1;
    this.options.client.submit(request, answer, key, b);
  }

  private begin(key: number): void {
    const sync = this.options.begin(key);
    if (sync === null || sync === "retry") {
      this.finish(key, sync === null ? "done" : "retry");
      return;
    }
    while (this.running.length <= key) this.running.push(null);
    const running = this.running[key] ?? { sync: null, unanswered: 0, steps: 0 };
    this.running[key] = running;
    running.sync = sync;
    running.steps = 0;
    this.stepOn(key, running);
  }

  private stepOn(key: number, running: Running<S>): void {
    let end: StepEnd = "go on";
    while (end === "go on" && running.unanswered === 0) {
      running.steps += 1;
      assert(running.steps < MAX_STEPS, `a sync of ${this.options.name} does not end`);
      end = this.options.step(running.sync!, key);
    }
    if (end === "go on") return;
    assert(running.unanswered === 0, "a sync ended before all of its requests were answered");
    this.finish(key, end);
  }

  private finish(key: number, end: "done" | "retry"): void {
    const running = this.running[key] ?? null;
    if (running !== null) running.sync = null;
    const { maxRetries = Number.POSITIVE_INFINITY } = this.options;
    if (end === "done" || this.queue.failuresOf(key) >= maxRetries) this.queue.forget(key);
    else this.queue.addRateLimited(key);
    this.queue.done(key);
  }
}
