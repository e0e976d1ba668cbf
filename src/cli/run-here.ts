import { setImmediate } from "node:timers/promises";
import type { FolderOwner } from "../experiment/hidden-folders.js";
import { runScenario, type ScenarioOutcome, type Telling } from "../experiment/run-scenario.js";
import type { RunWatch } from "../experiment/run-watch.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { Explainer } from "../scheduler/explain/explainer.js";
import { explain } from "./explanation.js";
import { HeapWatch } from "./heap-watch.js";
import type { Interruption } from "./interruption.js";
import { processOwner } from "./process-owner.js";
import { ProgressBar } from "./progress-bar.js";
import { WallClock } from "./wall-clock.js";

export interface HereContext {
  readonly out: string;
  /** Of seatrial. */
  readonly version: string;
  readonly interruption: Interruption;
  /** Name of the pod to explain, or its pattern. */
  readonly explain?: string;
  /** File for the state at the end. */
  readonly dump?: string;
}

/** Runs a scenario in this process, under its signals, clock and terminal. */
export function runHere(loaded: LoadedScenario, context: HereContext): Promise<ScenarioOutcome> {
  const { out, version, interruption } = context;
  const owner: FolderOwner = processOwner();
  const watch: RunWatch = {
    stop: interruption,
    memory: new HeapWatch(),
    startClock: () => new WallClock(),
    pause: () => setImmediate(),
    progress: (scenario) => new ProgressBar(scenario),
  };
  const dump = context.dump === undefined ? {} : { dump: context.dump };
  const whole = { out, version, owner, watch, ...dump };
  if (context.explain === undefined) return runScenario(loaded, whole);
  const explainer = new Explainer(context.explain);
  const telling: Telling = {
    decisions: explainer,
    tell: (world, figures) => explain(world, explainer, () => figures.pods()),
  };
  return runScenario(loaded, { ...whole, telling });
}
