import { type ControllerFile, type VectorResult, runControllerFile } from "./controllers/run.js";
import { runSchedulerVector } from "./scheduler/run.js";
import type { SchedulerVector } from "./scheduler/vector.js";

/** Runs a file of recorded decisions by what it holds; null when it holds none of either form. */
export function runVectorFile(file: unknown): VectorResult | null {
  if (typeof file !== "object" || file === null) return null;
  if ("decisions" in file) return runSchedulerVector(file as SchedulerVector);
  if ("area" in file && "cases" in file) return runControllerFile(file as ControllerFile);
  return null;
}
