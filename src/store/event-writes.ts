import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { Client } from "./client.js";

/**
 * The Events that a component writes beside its requests: one at a time, each taking its place in
 * the client's rate limit. So those that many requests hold up come later, and hold up others in turn.
 * What they say is told at once; only the place that they take is simulated, and an event is queued
 * only for one that waits for another.
 */
export class EventWrites {
  private waiting = 0;
  private freeAtMicros: TimeMicros = Number.NEGATIVE_INFINITY;
  private readonly next: HandlerId;

  constructor(
    private readonly engine: Engine,
    private readonly client: Client,
  ) {
    const name = `api/${client.name}/event`;
    this.next = engine.registerHandler(name, () => this.writeNext(), { background: true });
  }

  /** One more Event is to be written. */
  add(): void {
    if (this.waiting === 0 && this.freeAtMicros <= this.engine.now) {
      this.freeAtMicros = this.client.spend();
      return;
    }
    this.waiting += 1;
    if (this.waiting === 1) this.wait();
  }

  private wait(): void {
    this.engine.scheduleAt(this.freeAtMicros, Phase.react, this.next);
  }

  private writeNext(): void {
    this.waiting -= 1;
    this.freeAtMicros = this.client.spend();
    if (this.waiting > 0) this.wait();
  }
}
