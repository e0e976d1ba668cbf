/** (wait + run) / run: how many times longer than alone. Seconds; infinite for no run time. */
export function slowdown(waitSeconds: number, runSeconds: number): number {
  return (waitSeconds + runSeconds) / runSeconds;
}

/** max(1, (wait + run) / max(run, bound)): short jobs do not count as if they had run for less than `boundSeconds` (Feitelson and others 1997). */
export function boundedSlowdown(
  waitSeconds: number,
  runSeconds: number,
  boundSeconds: number,
): number {
  return Math.max(1, (waitSeconds + runSeconds) / Math.max(runSeconds, boundSeconds));
}
