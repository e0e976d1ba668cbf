import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

const BASE_MICROS = 10 * MICROS_PER_SECOND;
const MAX_MICROS = 10 * MICROS_PER_MINUTE;

/** What decides how long a Job waits before it replaces pods that failed. */
export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number;
  readonly lastFailureMicros: TimeMicros | null;
}

export const NO_FAILURES: BackoffRecord = { failuresAfterLastSuccess: 0, lastFailureMicros: null };

export interface BackoffLimits {
  readonly baseMicros: TimeMicros;
  readonly maxMicros: TimeMicros;
}

const LIMITS: BackoffLimits = { baseMicros: BASE_MICROS, maxMicros: MAX_MICROS };

/**
 * The record after some pods have ended, at those times: each failure counts, and a success clears
 * those that did not come after it.
 */
export function recordEnds(
  record: BackoffRecord,
  succeededAt: readonly TimeMicros[],
  failedAt: readonly TimeMicros[],
): BackoffRecord {
  if (succeededAt.length === 0 && failedAt.length === 0) return record;
  const lastSuccess = latest(succeededAt);
  const later = lastSuccess === null ? failedAt : failedAt.filter((at) => at > lastSuccess);
  const before = lastSuccess === null ? record.failuresAfterLastSuccess : 0;
  return {
    failuresAfterLastSuccess: before + later.length,
    lastFailureMicros: latest(later),
  };
}

/** How long from now until a pod may be replaced, after that many failures in a row. */
export function remainingBackoff(
  { failuresAfterLastSuccess: failures, lastFailureMicros }: BackoffRecord,
  nowMicros: TimeMicros,
  { baseMicros, maxMicros }: BackoffLimits = LIMITS,
): TimeMicros {
  if (failures <= 0 || lastFailureMicros === null) return 0;
  let delay = baseMicros;
  for (let i = 1; i < failures && delay < maxMicros; i++) delay = Math.min(2 * delay, maxMicros);
  return Math.max(0, lastFailureMicros + delay - nowMicros);
}

function latest(times: readonly TimeMicros[]): TimeMicros | null {
  return times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
}
