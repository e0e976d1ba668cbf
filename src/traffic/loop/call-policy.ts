import type { Law } from "../laws/law.js";

/** What whoever calls a service does when no answer comes. Times are seconds. */
export interface CallPolicy {
  readonly timeout: Timeout | null;
  readonly retry: Retry;
}

interface Timeout {
  /**
   * `waiting`: a request that still waits leaves the queue; one in service is never cut. `total`: the
   * caller gives up so long after it has sent.
   */
  readonly of: "waiting" | "total";
  /** How long, of each attempt. A constant one costs less. */
  readonly after: number | Law;
  /**
   * What becomes of the work when the caller gave up: the pod does not notice (`continues`), or it
   * leaves queue or service at once (`cancelled`).
   */
  readonly work: "continues" | "cancelled";
}

/**
 * After failure k of `maxAttempts` the caller waits b = min(cap, base * 2^(k - 1)): b itself
 * (`none`), uniform in (0, b) (`full`) or b/2 plus uniform in (0, b/2) (`equal`).
 *
 * Source: M. Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015.
 */
export interface Retry {
  /** Counts the first. */
  readonly maxAttempts: number;
  readonly baseSeconds: number;
  readonly capSeconds: number;
  readonly jitter: "none" | "full" | "equal";
}

export const NO_RETRY: Retry = { maxAttempts: 1, baseSeconds: 0, capSeconds: 0, jitter: "none" };

/** How long to wait after so many failures, with a uniform in (0, 1). */
export function backoffSeconds(retry: Retry, failures: number, u: number): number {
  // 2^60 of anything is above every cap.
  const doublings = Math.min(failures - 1, 60);
  const doubled = retry.baseSeconds * 2 ** doublings;
  const longest = Math.min(retry.capSeconds, doubled);
  if (retry.jitter === "none") return longest;
  return retry.jitter === "full" ? longest * u : longest / 2 + (longest / 2) * u;
}
