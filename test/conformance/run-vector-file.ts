import { type ControllerFile, type VectorResult, runControllerFile } from "./controllers/run.js";

export type { VectorResult } from "./controllers/run.js";

function notSupportedYet(decisions: readonly unknown[]): VectorResult {
  const differences = ["not supported yet: decisions of the scheduler"];
  return { passed: 0, failures: decisions.map((_, i) => ({ id: String(i), differences })) };
}

/** Runs a file of recorded decisions by what it holds; null when it holds none of either form. */
export function runVectorFile(file: unknown): VectorResult | null {
  if (typeof file !== "object" || file === null) return null;
  if ("decisions" in file) return notSupportedYet(file.decisions as readonly unknown[]);
  if ("area" in file && "cases" in file) return runControllerFile(file as ControllerFile);
  return null;
}
