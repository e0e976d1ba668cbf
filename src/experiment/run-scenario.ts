import { MemoryExhaustedError } from "../base/memory-exhausted-error.js";
import { SimulationStuckError } from "../kernel/simulation-stuck-error.js";
import { EVENT_COLUMNS } from "../record/event-log.js";
import type { RunFigures } from "../record/run-figures.js";
import { World, type WorldFacts, type WorldOptions } from "../scenario/assemble/world.js";
import { type Concern, concernedPods } from "../scenario/concerned-pods.js";
import type { Issue } from "../scenario/issue.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { fileIssue } from "../scenario/load/read-text.js";
import { FormsDiffer } from "../scheduler/fast/verify-decision.js";
import { PluginFault } from "../scheduler/modules/plugin-fault.js";
import type { FolderOwner } from "./hidden-folders.js";
import { DumpFile } from "./dump-file.js";
import { RunBrokenError } from "./run-broken-error.js";
import { leastHeapBytes } from "./memory-estimate.js";
import { openRunFolder, RunFolder } from "./run-folder.js";
import { otherInputIn, pathsFrom } from "./run-origin.js";
import { notesOf } from "./run-notes.js";
import {
  InterruptedError,
  type MemoryWatch,
  type ProgressDisplay,
  type RunWatch,
} from "./run-watch.js";
import { claimOf } from "./verification.js";
import { stateDump } from "./state-dump.js";
import { writeRun } from "./write-run.js";

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
  /** What was asked to be told of it; absent if nothing was. */
  readonly explanation?: Explanation;
}

export type ScenarioOutcome =
  | { readonly outcome: "finished"; readonly run: FinishedRun }
  | { readonly outcome: "refused"; readonly issues: readonly Issue[] }
  /** The results could not be put in their place. */
  | { readonly outcome: "unwritten"; readonly issue: Issue }
  | { readonly outcome: "interrupted" };

/** Follows a run to tell of it. */
export interface Telling {
  /** Hears the scheduler's decisions. */
  readonly decisions: NonNullable<WorldOptions["decisions"]>;
  /** After the end: what goes into `explain.txt`. */
  tell(world: World, figures: RunFigures): Explanation;
}

export interface Explanation {
  readonly text: string;
  /** False when no pod of the run had such a name. */
  readonly isMatched: boolean;
}

export interface RunContext {
  readonly out: string;
  /** Of the results: the part of a folder's name between scenario and seed. */
  readonly variant?: string;
  /** Of seatrial. */
  readonly version: string;
  /** Whoever writes the results. */
  readonly owner: FolderOwner;
  readonly watch: RunWatch;
  readonly telling?: Telling;
  /** File for the state at the end, as Kubernetes objects. */
  readonly dump?: string;
}

/** Runs one scenario and writes its results: whole, or not at all. */
export async function runScenario(
  loaded: LoadedScenario,
  context: RunContext,
): Promise<ScenarioOutcome> {
  const { name, seed } = loaded.scenario;
  const { out, owner, variant = DEFAULT_VARIANT } = context;
  const { stop, memory } = context.watch;
  const short = memory.expect(leastHeapBytes(loaded));
  if (short !== null) return refusedAsAWhole(name, short);
  const place = { out, scenario: name, variant, seed, owner };
  const folder = openRunFolder(place);
  if (!(folder instanceof RunFolder)) return { outcome: "refused", issues: [folder] };
  const dump = context.dump === undefined ? null : new DumpFile(context.dump, owner.name);
  const discard = () => {
    folder.discard();
    dump?.discard();
  };
  const release = stop.hold(discard);
  const openText = (file: string) => checked(stop.guard(loaded.openText(file)), memory);
  try {
    const problem = dump?.problem() ?? null;
    if (problem !== null) return { outcome: "unwritten", issue: problem };
    const taken = await otherInputIn(folder.path, out, loaded);
    if (taken !== null) return { outcome: "refused", issues: [taken] };
    return await simulate({ ...loaded, openText }, { folder, dump }, context);
  } catch (error) {
    if (error instanceof InterruptedError) return { outcome: "interrupted" };
    if (error instanceof MemoryExhaustedError) return refusedAsAWhole(name, error.message);
    throw error;
  } finally {
    discard();
    release();
  }
}

async function simulate(
  loaded: LoadedScenario,
  { folder, dump }: { readonly folder: RunFolder; readonly dump: DumpFile | null },
  context: RunContext,
): Promise<ScenarioOutcome> {
  const { watch, telling } = context;
  const clock = watch.startClock();
  const world = await World.build(loaded, {
    events: folder.openTable("events.csv", EVENT_COLUMNS),
    dump: (name, objects) => folder.writePieces(name, stateDump(objects, name)),
    ...(telling === undefined ? {} : { decisions: telling.decisions }),
  });
  if (!(world instanceof World)) return { outcome: "refused", issues: world };
  const bar = watch.progress(loaded.scenario.name);
  let isWhole: boolean;
  try {
    isWhole = await runInSlices(world, bar, watch);
  } catch (error) {
    const { name, seed } = loaded.scenario;
    const fault = pluginFault(error, loaded, world.now);
    if (fault !== null) return { outcome: "refused", issues: [fault] };
    if (error instanceof SimulationStuckError) return refusedAsAWhole(name, error.message);
    if (error instanceof MemoryExhaustedError) throw error;
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
  const explanation = telling?.tell(world, figures) ?? null;
  if (explanation !== null) folder.writeText("explain.txt", explanation.text);
  const dumped = dump?.write(world.objects()) ?? null;
  if (dumped !== null) return { outcome: "unwritten", issue: dumped };
  const results = {
    figures,
    identity: {
      scenario: scenario.name,
      variant: context.variant ?? DEFAULT_VARIANT,
      seed: scenario.seed,
      version: context.version,
      kubernetesVersion: scenario.kubernetesVersion,
      claim: claimOf(scenario, loaded.schedulerConfiguration.profiles),
      inputs: await loaded.inputHashes(),
      eventsProcessed: engine.eventsProcessed,
      digest,
      endMicros,
      isStopped: false,
      notes,
      notModelled,
      resolved: scenario,
    },
    timing: {
      ...clock.timing(engine.eventsProcessed),
      inputs: pathsFrom(context.out, loaded.paths),
    },
  };
  const failure = await writeRun(folder, results, async () => {
    await watch.pause();
    watch.stop.check();
    watch.memory.check();
  });
  const failed = failure ?? dump?.commit() ?? null;
  if (failed !== null) return { outcome: "unwritten", issue: failed };
  const run = { loaded, path: folder.path, digest, endMicros, figures, facts, notes, notModelled };
  return {
    outcome: "finished",
    run: explanation === null ? run : { ...run, explanation },
  };
}

/** The same text, as long as there is memory for what is made of it. */
async function* checked(text: AsyncIterable<string>, memory: MemoryWatch): AsyncGenerator<string> {
  for await (const block of text) {
    memory.check();
    yield block;
  }
}

/** What a plugin of the user's own did wrong, and when; null for another error. */
function pluginFault(error: unknown, loaded: LoadedScenario, nowMicros: number): Issue | null {
  const at = `at ${(nowMicros / 1e6).toFixed(6)} s`;
  const { modules = [] } = loaded.scenario.scheduler;
  if (error instanceof PluginFault) return fileIssue(error.module, `${error.message}, ${at}`);
  if (!(error instanceof FormsDiffer) || modules.length === 0) return null;
  const files = modules.map((name) => loaded.shownAs(name)).join(", ");
  const why =
    "a plugin of these modules reads more than its `reads` says, or answers the same question in two ways";
  return fileIssue(files, `${why}, ${at}: ${error.message}`);
}

function refusedAsAWhole(scenario: string, message: string): ScenarioOutcome {
  const issue = { file: `scenario ${scenario}`, line: 0, column: 0, path: "", value: "", message };
  return { outcome: "refused", issues: [issue] };
}

/**
 * Runs to the end, looking up from time to time; false when the user has stopped it. How many events
 * that are follows from how long they take: one of a large cluster may be a thousand of a small one.
 */
async function runInSlices(world: World, bar: ProgressDisplay, watch: RunWatch): Promise<boolean> {
  const { engine } = world.ground;
  let events = FIRST_EVENTS_PER_SLICE;
  let nextPause = engine.eventsProcessed + events;
  engine.onEvent(() => {
    if (engine.eventsProcessed >= nextPause) engine.stop();
  });
  const clock = watch.startClock();
  for (;;) {
    const before = clock.wallSeconds;
    if (world.run() !== "stopped") return true;
    const seconds = clock.wallSeconds - before;
    if (seconds < SECONDS_PER_SLICE / 2) events *= 2;
    else if (seconds > SECONDS_PER_SLICE * 2) events = Math.ceil(events / 2);
    nextPause = engine.eventsProcessed + events;
    const { now: nowMicros, endMicros } = world;
    bar.show({ nowMicros, endMicros, events: engine.eventsProcessed });
    await watch.pause();
    if (watch.stop.requested) return false;
    watch.memory.check();
  }
}
