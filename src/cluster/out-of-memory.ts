import type { PodVersion } from "../api/pod-version.js";
import { parseBytes } from "../api/quantity.js";
import type { TimeMicros } from "../base/time.js";
import type { ContainerRun } from "./container-behavior.js";
import { SIGKILLED } from "./container-states.js";
import type { ContainerRecord } from "./pod-worker.js";

/** What a container may use of memory, in bytes, as a resize has left it; null: no limit. */
export function memoryLimitOf({ status }: PodVersion, { spec }: ContainerRecord): number | null {
  const stated = status.resources?.containerStatuses?.find(({ name }) => name === spec.name);
  const limit = (stated?.resources ?? spec.resources)?.limits?.["memory"];
  return limit === undefined ? null : parseBytes(limit);
}

/**
 * A run that is killed for want of memory so long after it began, or as soon as it serves if that is later;
 * the same run, if it ends before.
 */
export function oomKilled(run: ContainerRun, afterMicros: TimeMicros): ContainerRun {
  const { startMicros } = run;
  const runMicros = Math.max(startMicros, afterMicros);
  if (run.runMicros !== null && run.runMicros <= runMicros) return run;
  return { startMicros, runMicros, exitCode: SIGKILLED, reason: "OOMKilled" };
}
