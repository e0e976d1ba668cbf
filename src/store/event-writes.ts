import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { Client } from "./client.js";

/**
 * The Events that a component writes beside its requests: one at a time, each taking its place in
 * the client's rate limit and its turn at the API server. So those that many requests hold up come
 * later, and hold up others in turn.
 * What they say is told at once; only the place that they take is simulated. Where the server takes
 * no time, an event is queued only for one that waits for another.
 */
export class EventWrites {
  private waiting = 0;
  /** When the next one may be sent; endless while one is on its way to the server. */
  private freeAtMicros: TimeMicros = Number.NEGATIVE_INFINITY;
  private readonly next: HandlerId;
  private readonly arrival: HandlerId;

  constructor(
    private readonly engine: Engine,
    private readonly client: Client,
  ) {
    const name = `api/${client.name}/event`;
    const background = { background: true };
    this.next = engine.registerHandler(name, () => this.writeNext(), background);
    this.arrival = engine.registerHandler(`${name}/arrival`, () => this.arrived(), background);
  }

  /** One more Event is to be written. */
  add(): void {
    if (this.waiting === 0 && this.freeAtMicros <= this.engine.now) {
      this.write();
      return;
    }
    this.waiting += 1;
    if (this.waiting === 1) this.wait();
  }

  private write(): void {
    const at = this.client.spend();
    if (!this.client.isServedInTurn) {
      this.freeAtMicros = at;
      return;
    }
    this.freeAtMicros = Number.POSITIVE_INFINITY;
    this.engine.scheduleAt(at, Phase.commit, this.arrival);
  }

  private arrived(): void {
    this.freeAtMicros = this.client.servedAt();
    if (this.waiting > 0) this.wait();
  }

  /** Nothing, while one is on its way: its arrival sees who waits. */
  private wait(): void {
    if (this.freeAtMicros === Number.POSITIVE_INFINITY) return;
    this.engine.scheduleAt(this.freeAtMicros, Phase.react, this.next);
  }

  private writeNext(): void {
    this.waiting -= 1;
    this.write();
    if (this.waiting > 0) this.wait();
  }
}
