import { type ControllerFile, runControllerFile, type VectorResult } from "./controllers/run.js";
import { runSchedulerVector } from "./scheduler/run.js";
import type { SchedulerVector } from "./scheduler/vector.js";
import { isStatisticsFile, runStatisticsFile, type StatisticsFile } from "./statistics/run.js";
import { isTrafficFile, runTrafficFile, type TrafficFile } from "./traffic/run.js";

/** Runs a file of recorded decisions by what it holds; null when it holds none of either form. */
export function runVectorFile(file: unknown): VectorResult | null {
  if (typeof file !== "object" || file === null) return null;
  if ("decisions" in file) return runSchedulerVector(file as SchedulerVector);
  if (!("area" in file && "cases" in file)) return null;
  if (isStatisticsFile(file as StatisticsFile)) return runStatisticsFile(file as StatisticsFile);
  if (isTrafficFile(file as TrafficFile)) return runTrafficFile(file as TrafficFile);
  return runControllerFile(file as ControllerFile);
}
