/**
 * How long a pod waits after a failed attempt, and when that wait is over. Durations and times are in
 * one unit of the caller's. Source: kube-scheduler, `podInitialBackoffSeconds`,
 * `podMaxBackoffSeconds`; KEP-5142 (popping from the backoff queue) for the ordering window.
 */
export interface BackoffOptions {
  readonly initial: number;
  readonly max: number;
  /** Width of the windows in which waits end together; 0: each ends on its own. */
  readonly orderingWindow: number;
  /** Whether a pod whose wait ends at this very instant still waits (v1.33 and later). */
  readonly endIsExclusive: boolean;
  /** Whether refusals and errors in a row are counted apart; before v1.34 every attempt counts. */
  readonly countsErrorsApart?: boolean;
}

/** How often the pod was tried, as far as its backoff is concerned. */
export function backoffAttempts(
  { countsErrorsApart = false }: BackoffOptions,
  tried: { readonly attempts: number; readonly refusals: number; readonly errorsInRow: number },
): number {
  if (!countsErrorsApart) return tried.attempts;
  return tried.errorsInRow > 0 ? tried.errorsInRow : tried.refusals;
}

/** `initial` doubled with each further attempt, at most `max`; nothing before the first. */
export function backoffDuration(options: BackoffOptions, attempts: number): number {
  if (attempts === 0) return 0;
  let duration = options.initial;
  for (let attempt = 1; attempt < attempts; attempt++) {
    if (duration > options.max - duration) return options.max;
    duration += duration;
  }
  return duration;
}

/** When the wait of a pod that was queued at `timestamp` ends, cut to its ordering window. */
export function backoffEnd(options: BackoffOptions, timestamp: number, attempts: number): number {
  return alignToWindow(options, timestamp + backoffDuration(options, attempts));
}

export function isBackingOff(options: BackoffOptions, end: number, now: number): boolean {
  const aligned = alignToWindow(options, now);
  return options.endIsExclusive ? end >= aligned : end > aligned;
}

function alignToWindow(options: BackoffOptions, time: number): number {
  const window = options.orderingWindow;
  return window === 0 ? time : Math.floor(time / window) * window;
}
