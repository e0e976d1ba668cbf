import { nodeFileSystem } from "../scenario/load/file-system.js";
import { loadScenario as load } from "../scenario/load/load-scenario.js";
import type { LoadedScenario } from "../scenario/load/loaded-scenario.js";
import { fileIssue } from "../scenario/load/read-text.js";
import { InputError } from "./input-error.js";

export interface LoadOptions {
  /** Instead of the scenario's. */
  readonly seed?: number;
  /** `path=value`, as the command's `--set` takes them. */
  readonly set?: readonly string[];
  /** When the run ends: a duration, or `idle`. */
  readonly until?: string;
  /** Where `data:` paths are looked up; default: `data`. */
  readonly dataFolder?: string;
}

/** A scenario that was read and checked, with all files that it names. */
export class Scenario {
  readonly #loaded: LoadedScenario;

  /** Use {@link loadScenario}. */
  private constructor(loaded: LoadedScenario) {
    this.#loaded = loaded;
  }

  get name(): string {
    return this.#loaded.scenario.name;
  }

  get seed(): number {
    return this.#loaded.scenario.seed;
  }

  /** @internal */
  static of(loaded: LoadedScenario): Scenario {
    return new Scenario(loaded);
  }

  /** @internal */
  static loadedOf(scenario: Scenario): LoadedScenario {
    return scenario.#loaded;
  }
}

/**
 * Reads the scenario file at `path`.
 * @throws InputError everything that is wrong with it, or that files are missing which it requires
 */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<Scenario> {
  const { seed, set, until, dataFolder = "data" } = options;
  const outcome = await load(path, {
    files: nodeFileSystem,
    dataFolder,
    ...(set === undefined ? {} : { settings: set }),
    ...(seed === undefined ? {} : { seed }),
    ...(until === undefined ? {} : { until }),
  });
  if (outcome.outcome === "refused") throw new InputError(outcome.issues);
  if (outcome.outcome === "skipped") {
    throw new InputError([fileIssue(path, `requires ${outcome.missing.join(", ")}: not there`)]);
  }
  return Scenario.of(outcome.loaded);
}
