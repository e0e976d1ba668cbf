import { expect, it } from "vitest";
import { FailedPodsBackoff } from "../../src/control/daemonset/failed-pods-backoff.js";

const SECOND = 1_000_000;

it("doubles the delay of a node with each failure, up to 15 minutes, and forgets in time", () => {
  const backoff = new FailedPodsBackoff();
  const delays: number[] = [];
  let now = 0;
  for (let i = 0; i < 12; i++) {
    backoff.next(0, "node-0", now);
    const delay = backoff.remaining(0, "node-0", now)!;
    delays.push(delay / SECOND);
    now += delay;
    expect(backoff.remaining(0, "node-0", now)).toBeNull();
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  expect(backoff.remaining(0, "node-1", now)).toBeNull();
  now += 2 * 900 * SECOND + 1;
  backoff.next(0, "node-0", now);
  expect(backoff.remaining(0, "node-0", now)).toBe(SECOND);
});
