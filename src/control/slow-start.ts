import { assert } from "../base/assert.js";

/**
 * Creations in batches that double (1, 2, 4 …) and end with the first batch in which one fails, so
 * that a pod which can never be created costs a few requests and not hundreds.
 */
export class SlowStart {
  successes = 0;
  /** Calls of the current batch that have no answer yet. */
  unanswered = 0;
  /** Creations that were not asked for. */
  remaining: number;
  private batchSize: number;
  failed = false;

  constructor(count: number, initialBatchSize = 1) {
    this.remaining = count;
    this.batchSize = Math.min(count, initialBatchSize);
  }

  /** How many calls to make now; 0 when it is over. */
  nextBatch(): number {
    assert(this.unanswered === 0, "a batch begins before the last one was answered");
    if (this.failed || this.batchSize <= 0) return 0;
    const size = this.batchSize;
    this.unanswered = size;
    this.remaining -= size;
    this.batchSize = Math.min(2 * size, this.remaining);
    return size;
  }

  /** One call was answered; true when it was the last of its batch. */
  answered(ok: boolean): boolean {
    this.unanswered -= 1;
    if (ok) this.successes += 1;
    else this.failed = true;
    return this.unanswered === 0;
  }
}
