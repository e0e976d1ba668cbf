import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

const INITIAL_MICROS = MICROS_PER_SECOND;
const MAX_MICROS = 15 * MICROS_PER_MINUTE;

interface Entry {
  delayMicros: TimeMicros;
  updatedAtMicros: TimeMicros;
}

/**
 * How long failed daemon pods stay before they are replaced, by node: a second, doubled with each
 * failure up to 15 minutes, and forgotten after twice as long without one.
 * Source: client-go's flowcontrol.Backoff, as kube-controller-manager sets it up for DaemonSets.
 */
export class FailedPodsBackoff {
  private readonly entries = new Map<number, Map<string, Entry>>();

  /** How long the key's present delay is, where it has not passed yet; else null. */
  remaining(setRow: number, key: string, nowMicros: TimeMicros): TimeMicros | null {
    const entry = this.entries.get(setRow)?.get(key);
    if (entry === undefined || isOver(entry, nowMicros)) return null;
    return nowMicros - entry.updatedAtMicros < entry.delayMicros ? entry.delayMicros : null;
  }

  /** Takes note of one more failure. */
  next(setRow: number, key: string, nowMicros: TimeMicros): void {
    let entries = this.entries.get(setRow);
    if (entries === undefined) {
      entries = new Map();
      this.entries.set(setRow, entries);
    }
    const entry = entries.get(key);
    const delayMicros =
      entry === undefined || isOver(entry, nowMicros)
        ? INITIAL_MICROS
        : Math.min(2 * entry.delayMicros, MAX_MICROS);
    for (const [other, old] of entries) if (isOver(old, nowMicros)) entries.delete(other);
    entries.set(key, { delayMicros, updatedAtMicros: nowMicros });
  }

  forget(setRow: number): void {
    this.entries.delete(setRow);
  }
}

function isOver(entry: Entry, nowMicros: TimeMicros): boolean {
  return nowMicros - entry.updatedAtMicros > 2 * MAX_MICROS;
}
