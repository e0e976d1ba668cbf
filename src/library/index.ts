/**
 * seatrial as a library: `import { loadScenario, runScenario } from "seatrial"`. What it gives is the same as
 * what the command writes, byte by byte.
 */
export { loadScenario, type LoadOptions, type Scenario } from "./load.js";
export { type Metric, type RunOptions, type RunResult, runScenario } from "./run.js";
export { type SweepOptions, type SweepOutcome, sweep } from "./sweep.js";
export { InputError, type Issue } from "./input-error.js";
