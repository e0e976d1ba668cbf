import type { AnyVersion } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Refusal } from "../store/outcome.js";
import type { WriteRequest } from "../store/request.js";
import { WorkQueue } from "./work-queue.js";

export interface WriteQueueOptions {
  readonly engine: Engine;
  readonly client: Client;
  /** Unique in the run, as that of a {@link WorkQueue}. */
  readonly name: string;
  readonly workers?: number | undefined;
  /** As that of a {@link WorkQueue}. */
  readonly baseBackoffMicros?: TimeMicros;
  /** How often in a row a key is planned anew before it is given up; default: for ever. */
  readonly maxRetries?: number;
  /** What is to be written for the key as things stand, one request after the other. */
  readonly plan: (key: number) => readonly WriteRequest[];
  /** Told of the version that each write was answered with. */
  readonly wrote?: (object: AnyVersion, request: WriteRequest) => void;
  /** Told of a refusal; false where there is no point in trying again. Default: there is. */
  readonly refused?: (key: number, refusal: Refusal, request: WriteRequest) => boolean;
  /** Told when all of a plan is written; false where the key is to be planned anew nevertheless. */
  readonly done?: (key: number) => boolean;
}

/**
 * A work queue whose syncs are plans of writes. A write that is refused ends its plan, and the key is
 * planned anew after a growing delay.
 */
export class WriteQueue {
  private readonly queue: WorkQueue;
  private readonly rest = new Map<number, readonly WriteRequest[]>();
  private readonly answered: AnswerId;

  constructor(private readonly options: WriteQueueOptions) {
    const { engine, name, workers, client, baseBackoffMicros } = options;
    this.queue = new WorkQueue({
      engine,
      name,
      workers,
      ...(baseBackoffMicros !== undefined && { baseBackoffMicros }),
      sync: (key) => this.sync(key),
    });
    this.answered = client.onAnswer((outcome, key, _, request) => {
      if (outcome.ok) {
        options.wrote?.(outcome.object, request);
        this.goOn(key);
      } else {
        this.finish(key, options.refused?.(key, outcome, request) === false);
      }
    });
  }

  add(key: number): void {
    this.queue.add(key);
  }

  private sync(key: number): void {
    this.rest.set(key, this.options.plan(key));
    this.goOn(key);
  }

  private goOn(key: number): void {
    const [next, ...later] = this.rest.get(key) ?? [];
    if (next === undefined) {
      this.finish(key, this.options.done?.(key) ?? true);
      return;
    }
    this.rest.set(key, later);
    this.options.client.submit(next, this.answered, key);
  }

  private finish(key: number, ok: boolean): void {
    this.rest.delete(key);
    const { maxRetries = Number.POSITIVE_INFINITY } = this.options;
    if (ok || this.queue.failuresOf(key) >= maxRetries) this.queue.forget(key);
    else this.queue.addRateLimited(key);
    this.queue.done(key);
  }
}
