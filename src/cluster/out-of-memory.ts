import { parseBytes } from "../api/quantity.js";
import type { ContainerRun } from "./container-behavior.js";
import type { ContainerRecord } from "./pod-worker.js";

const SIGKILLED = 137;

/** Whether a container uses more memory than its limit lets it. */
export function isBeyondLimit({ spec }: ContainerRecord, memoryBytes: number): boolean {
  const limit = spec.resources?.limits?.["memory"];
  return limit !== undefined && memoryBytes > parseBytes(limit);
}

/** A run that is killed for want of memory as soon as it serves, if it does not end before. */
export function oomKilled(run: ContainerRun): ContainerRun {
  if (run.runMicros !== null && run.runMicros <= run.startMicros) return run;
  const { startMicros } = run;
  return { startMicros, runMicros: startMicros, exitCode: SIGKILLED, reason: "OOMKilled" };
}
