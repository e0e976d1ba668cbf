import { describe, expect, it } from "vitest";
import { MICROS_PER_SECOND } from "../../src/base/time.js";
import { type BackoffEntry, ExponentialBackoff } from "../../src/cluster/exponential-backoff.js";

const S = MICROS_PER_SECOND;
const backoff = (initial: number, max: number) => new ExponentialBackoff(initial * S, max * S);

describe("the exponential backoff", () => {
  it("doubles from the first wait to the longest", () => {
    const rule = backoff(1, 50);
    let entry: BackoffEntry | null = null;
    const delays: number[] = [];
    for (let step = 0; step < 10; step++) {
      delays.push((entry?.delayMicros ?? 0) / S);
      entry = rule.next(entry, step * S, step * S);
    }
    expect(delays).toEqual([0, 1, 2, 4, 8, 16, 32, 50, 50, 50]);
  });

  it("starts anew after twice the longest wait", () => {
    const rule = backoff(1, 5);
    let entry: BackoffEntry | null = null;
    for (let i = 0; i < 6; i++) entry = rule.next(entry, i * S, i * S);
    expect(rule.isInBackoffSinceUpdate(entry, 9 * S)).toBe(true);
    expect(rule.isInBackoffSinceUpdate(entry, 16 * S)).toBe(false);
    expect(rule.next(entry, 16 * S, 16 * S).delayMicros).toBe(1 * S);
    expect(rule.next(entry, 15 * S, 15 * S).delayMicros).toBe(5 * S);
  });

  it("polled each second and failing whenever it is free, it is free at doubling distances", () => {
    const rule = backoff(1, 10);
    let entry: BackoffEntry | null = null;
    const free: number[] = [];
    for (let tick = 0; tick < 40; tick++) {
      if (rule.isInBackoffSinceUpdate(entry, tick * S)) continue;
      free.push(tick);
      entry = rule.next(entry, tick * S, tick * S);
    }
    expect(free).toEqual([0, 1, 3, 7, 15, 25, 35]);
  });

  it("the wait counts from the failure", () => {
    const rule = backoff(10, 300);
    const entry = rule.next(null, 5 * S, 5 * S);
    expect(rule.retryAt(entry, 8 * S)).toBe(18 * S);
    expect(rule.isInBackoffSince(entry, 8 * S, 17 * S)).toBe(true);
    expect(rule.isInBackoffSince(entry, 8 * S, 18 * S)).toBe(false);
    expect(rule.retryAt(null, 8 * S)).toBe(8 * S);
  });

  it("the level of a container that was started that often is that of as many failures", () => {
    const rule = backoff(10, 300);
    let entry: BackoffEntry | null = null;
    for (let starts = 0; starts < 12; starts++) {
      expect(rule.entryAfter(starts, 0)?.delayMicros).toBe(entry?.delayMicros);
      entry = rule.next(entry, 0, 0);
    }
  });
});
