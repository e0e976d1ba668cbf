import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";

/** After this long a controller acts again even if what it expects was never seen. */
const TIMEOUT_MICROS = 5 * MICROS_PER_MINUTE;

interface Expected {
  creations: number;
  /** Rows of the pods whose deletion was asked for; null: of none. */
  readonly deletions: Set<number> | null;
  setAtMicros: TimeMicros;
}

/**
 * What a controller has asked for and its watch has not shown yet, by key. While anything is
 * expected the controller creates and deletes nothing, or it would do the same twice.
 * Source: upstream's ControllerExpectations.
 */
export class Expectations {
  private readonly byKey = new Map<number, Expected>();

  /** Creations and deletions of one sync. */
  expect(
    key: number,
    expected: { readonly creations: number; readonly podRows: Iterable<number> },
    nowMicros: TimeMicros,
  ): void {
    const { creations, podRows } = expected;
    this.byKey.set(key, { creations, deletions: new Set(podRows), setAtMicros: nowMicros });
  }

  expectCreations(key: number, count: number, nowMicros: TimeMicros): void {
    this.byKey.set(key, { creations: count, deletions: null, setAtMicros: nowMicros });
  }

  expectDeletions(key: number, podRows: Iterable<number>, nowMicros: TimeMicros): void {
    this.byKey.set(key, { creations: 0, deletions: new Set(podRows), setAtMicros: nowMicros });
  }

  /** A created pod was seen, or `count` creations failed and will not be. */
  creationObserved(key: number, count = 1): void {
    const expected = this.byKey.get(key);
    if (expected !== undefined) expected.creations -= count;
  }

  /** The pod's deletion was seen, or failed. */
  deletionObserved(key: number, podRow: number): void {
    this.byKey.get(key)?.deletions?.delete(podRow);
  }

  satisfied(key: number, nowMicros: TimeMicros): boolean {
    const expected = this.byKey.get(key);
    if (expected === undefined) return true;
    if (expected.creations <= 0 && (expected.deletions?.size ?? 0) === 0) return true;
    return nowMicros - expected.setAtMicros > TIMEOUT_MICROS;
  }

  forget(key: number): void {
    this.byKey.delete(key);
  }
}
