import { setImmediate } from "node:timers/promises";
import { openRunFolder, RunFolder } from "../experiment/run-folder.js";
import { claimOf } from "../experiment/verification.js";
import { writeRun } from "../experiment/write-run.js";
import { SimulationStuckError } from "../kernel/simulation-stuck-error.js";
import { EVENT_COLUMNS } from "../record/event-log.js";
import type { RunFigures } from "../record/run-figures.js";
import { World, type WorldFacts } from "../scenario/assemble/world.js";
import { type Concern, concernedPods } from "../scenario/concerned-pods.js";
import type { Issue } from "../scenario/issue.js";
import { Explainer } from "../scheduler/explain/explainer.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { RunBrokenError } from "./bug-report.js";
import { type Explanation, explain } from "./explanation.js";
import { InterruptedError, type Interruption } from "./interruption.js";
import { processOwner } from "./process-owner.js";
import { ProgressBar } from "./progress-bar.js";
import { notesOf } from "./run-notes.js";
import { WallClock } from "./wall-clock.js";

/** A single run is the one variant of its scenario. */
export const DEFAULT_VARIANT = "default";

/** Between two looks at the world outside (signals, the progress bar), about. */
const SECONDS_PER_SLICE = 0.1;
const FIRST_EVENTS_PER_SLICE = 1_000;

export interface FinishedRun {
  readonly loaded: LoadedScenario;
  readonly path: string;
  readonly digest: string;
  readonly endMicros: number;
  readonly figures: RunFigures;
  readonly facts: WorldFacts;
  /** Sentences about the input: what never happened, what was left out, that nothing contends. */
  readonly notes: readonly string[];
  readonly notModelled: readonly Concern[];
  /** What `--explain` asked for; absent if it did not. */
  readonly explanation?: Explanation;
}

export type ScenarioOutcome =
  | { readonly outcome: "finished"; readonly run: FinishedRun }
  | { readonly outcome: "refused"; readonly issues: readonly Issue[] }
  /** The results could not be put in their place. */
  | { readonly outcome: "unwritten"; readonly issue: Issue }
  | { readonly outcome: "interrupted" };

export interface RunContext {
  readonly out: string;
  /** Of seatrial. */
  readonly version: string;
  readonly interruption: Interruption;
  /** Name of the pod to explain, or its pattern. */
  readonly explain?: string;
}

/** Runs one scenario and writes its results: whole, or not at all. */
export async function runScenario(
  loaded: LoadedScenario,
  context: RunContext,
): Promise<ScenarioOutcome> {
  const { name, seed } = loaded.scenario;
  const owner = processOwner();
  const place = { out: context.out, scenario: name, variant: DEFAULT_VARIANT, seed, owner };
  const folder = openRunFolder(place);
  if (!(folder instanceof RunFolder)) return { outcome: "refused", issues: [folder] };
  const { interruption } = context;
  const release = interruption.hold(() => folder.discard());
  const openText = (file: string) => interruption.guard(loaded.openText(file));
  try {
    return await simulate({ ...loaded, openText }, folder, context);
  } catch (error) {
    if (error instanceof InterruptedError) return { outcome: "interrupted" };
    throw error;
  } finally {
    folder.discard();
    release();
  }
}

async function simulate(
  loaded: LoadedScenario,
  folder: RunFolder,
  context: RunContext,
): Promise<ScenarioOutcome> {
  const clock = new WallClock();
  const explainer = context.explain === undefined ? null : new Explainer(context.explain);
  const world = await World.build(loaded, {
    events: folder.openTable("events.csv", EVENT_COLUMNS),
    ...(explainer === null ? {} : { decisions: explainer }),
  });
  if (!(world instanceof World)) return { outcome: "refused", issues: world };
  const bar = new ProgressBar(loaded.scenario.name);
  let isWhole: boolean;
  try {
    isWhole = await runInSlices(world, bar, context.interruption);
  } catch (error) {
    const { name, seed } = loaded.scenario;
    if (error instanceof SimulationStuckError) return stuck(name, error);
    throw new RunBrokenError(error, { scenario: name, seed, timeMicros: world.now });
  } finally {
    bar.clear();
  }
  if (!isWhole) return { outcome: "interrupted" };
  const { engine } = world.ground;
  const digest = engine.digest.hex();
  const endMicros = world.now;
  const { figures, facts } = world.finish();
  const { scenario } = loaded;
  const notes = notesOf(loaded, { facts, endMicros });
  const notModelled = concernedPods(loaded.notModelled, figures.pods());
  const explanation = explainer === null ? null : explain(world, explainer, () => figures.pods());
  if (explanation !== null) folder.writeText("explain.txt", explanation.text);
  const results = {
    figures,
    identity: {
      scenario: scenario.name,
      variant: DEFAULT_VARIANT,
      seed: scenario.seed,
      version: context.version,
      kubernetesVersion: scenario.kubernetesVersion,
      claim: claimOf(scenario.kubernetesVersion),
      inputs: loaded.inputs,
      eventsProcessed: engine.eventsProcessed,
      digest,
      endMicros,
      isStopped: false,
      notes,
      notModelled,
      resolved: scenario,
    },
    timing: clock.timing(engine.eventsProcessed),
  };
  const failure = await writeRun(folder, results, async () => {
    await setImmediate();
    context.interruption.check();
  });
  if (failure !== null) return { outcome: "unwritten", issue: failure };
  const run = { loaded, path: folder.path, digest, endMicros, figures, facts, notes, notModelled };
  return {
    outcome: "finished",
    run: explanation === null ? run : { ...run, explanation },
  };
}

function stuck(scenario: string, { message }: SimulationStuckError): ScenarioOutcome {
  const issue = { file: `scenario ${scenario}`, line: 0, column: 0, path: "", value: "", message };
  return { outcome: "refused", issues: [issue] };
}

/**
 * Runs to the end, looking up from time to time; false when the user has stopped it. How many events
 * that are follows from how long they take: one of a large cluster may be a thousand of a small one.
 */
async function runInSlices(
  world: World,
  bar: ProgressBar,
  interruption: Interruption,
): Promise<boolean> {
  const { engine } = world.ground;
  let events = FIRST_EVENTS_PER_SLICE;
  let nextPause = engine.eventsProcessed + events;
  engine.onEvent(() => {
    if (engine.eventsProcessed >= nextPause) engine.stop();
  });
  for (;;) {
    const clock = new WallClock();
    if (world.run() !== "stopped") return true;
    const seconds = clock.wallSeconds;
    if (seconds < SECONDS_PER_SLICE / 2) events *= 2;
    else if (seconds > SECONDS_PER_SLICE * 2) events = Math.ceil(events / 2);
    nextPause = engine.eventsProcessed + events;
    const { now: nowMicros, endMicros } = world;
    bar.show({ nowMicros, endMicros, events: engine.eventsProcessed });
    await setImmediate();
    if (interruption.requested) return false;
  }
}
