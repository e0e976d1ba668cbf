import type { LatencyHistogram } from "./latency-histogram.js";

/** Why an attempt came to nothing, in the order in which a batch counts them. */
export const ATTEMPT_FAILURES = [
  "noEndpoint",
  "refused",
  "full",
  "timeout",
  "reset",
  "error",
  "noRoute",
  "noBackend",
] as const;

/**
 * What became of the requests of one traffic over some time. It is filled anew after it was told of,
 * so whoever wants to keep something of it copies that. Fluid traffic has counts that are no integers.
 */
export interface TrafficBatch {
  readonly traffic: string;
  /** `namespace/Service/name`: only those whose last attempt went there; null: all of the traffic. */
  readonly backend: string | null;
  /** Requests that were answered, and how long that took, in seconds, with all attempts. */
  readonly latencies: LatencyHistogram;
  /** Requests given up after their last attempt. */
  readonly failed: number;
  /** Requests answered later than the objective allows; 0 where there is none. */
  readonly late: number;
  /** The share of the requests that may be late or fail; null: no objective. */
  readonly budgetShare: number | null;
  /** Attempts sent, and those that failed, by {@link ATTEMPT_FAILURES}. */
  readonly attempts: number;
  readonly attemptsFailed: readonly number[];
}
