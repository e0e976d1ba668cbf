import { type ControllerFile, runControllerFile, type VectorResult } from "./controllers/run.js";
import { runSchedulerVector } from "./scheduler/run.js";
import type { SchedulerVector } from "./scheduler/vector.js";
import { isStatisticsFile, runStatisticsFile, type StatisticsFile } from "./statistics/run.js";

/** Forms of recordings that are known, and that nothing replays yet. */
const NOT_YET_RUN: readonly unknown[] = ["seatrial-timeline/1"];

/** True for a file of a known form that cannot be replayed yet. */
export function isNotYetRun(file: unknown): boolean {
  return (
    typeof file === "object" &&
    file !== null &&
    "format" in file &&
    NOT_YET_RUN.includes(file.format)
  );
}

/** Runs a file of recorded decisions by what it holds; null when it holds none of either form. */
export function runVectorFile(file: unknown): VectorResult | null {
  if (typeof file !== "object" || file === null) return null;
  if ("decisions" in file) return runSchedulerVector(file as SchedulerVector);
  if (!("area" in file && "cases" in file)) return null;
  if (isStatisticsFile(file as StatisticsFile)) return runStatisticsFile(file as StatisticsFile);
  return runControllerFile(file as ControllerFile);
}
