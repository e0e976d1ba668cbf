import type { AnyVersion } from "../api/object-version.js";
import type { Engine } from "../kernel/engine.js";
import type { AnswerId, Client } from "../store/client.js";
import type { WriteRequest } from "../store/request.js";
import { WorkQueue } from "./work-queue.js";

export interface WriteQueueOptions {
  readonly engine: Engine;
  readonly client: Client;
  /** Unique in the run, as that of a {@link WorkQueue}. */
  readonly name: string;
  readonly workers?: number | undefined;
  /** What is to be written for the key as things stand, one request after the other. */
  readonly plan: (key: number) => readonly WriteRequest[];
  /** Told of the version that each write was answered with. */
  readonly wrote?: (object: AnyVersion) => void;
  /** Told when all of a plan is written. */
  readonly done?: (key: number) => void;
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
    const { engine, name, workers, client } = options;
    this.queue = new WorkQueue({ engine, name, workers, sync: (key) => this.sync(key) });
    this.answered = client.onAnswer((outcome, key) => {
      if (!outcome.ok) {
        this.finish(key, false);
        return;
      }
      options.wrote?.(outcome.object);
      this.goOn(key);
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
      this.options.done?.(key);
      this.finish(key, true);
      return;
    }
    this.rest.set(key, later);
    this.options.client.submit(next, this.answered, key);
  }

  private finish(key: number, ok: boolean): void {
    this.rest.delete(key);
    if (ok) this.queue.forget(key);
    else this.queue.addRateLimited(key);
    this.queue.done(key);
  }
}
