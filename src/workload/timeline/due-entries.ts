import { Heap } from "heap-js";
import type { TimeMicros } from "../../base/time.js";

interface Due {
  readonly atMicros: TimeMicros;
  readonly index: number;
}

/** Entries of a timeline that wait for their time, each once at most. */
export class DueEntries {
  private readonly waiting = new Heap<Due>((a, b) => a.atMicros - b.atMicros);

  /** When the next one is due; Infinity where none waits. */
  get nextMicros(): TimeMicros {
    return this.waiting.peek()?.atMicros ?? Number.POSITIVE_INFINITY;
  }

  add(index: number, atMicros: TimeMicros): void {
    this.waiting.push({ atMicros, index });
  }

  /** Takes those that are due by then, in the order of the file. */
  take(nowMicros: TimeMicros): readonly Due[] {
    const due: Due[] = [];
    while (this.nextMicros <= nowMicros) due.push(this.waiting.pop()!);
    return due.sort((a, b) => a.index - b.index);
  }
}
