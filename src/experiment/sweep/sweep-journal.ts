import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashOfRun } from "./run-hash.js";
import type { SweepTask } from "./sweep-plan.js";

/** A run that is finished, as the journal has it. */
export interface FinishedTask {
  readonly variant: string;
  readonly seed: number;
  /** Of the task. */
  readonly key: string;
  readonly digest: string;
  /** Over the files of its folder. */
  readonly sha256: string;
}

/**
 * What a sweep has finished so far, a line a run: written when a run's folder is in its place, so that after a kill at any moment the
 * next sweep knows what it need not do again.
 */
export class SweepJournal {
  readonly #path: string;
  readonly #manifest: string;
  readonly #finished = new Map<string, FinishedTask>();

  /** `folder` is that of the scenario's results. */
  constructor(folder: string, experiment: string) {
    this.#path = join(folder, `${experiment}.sweep.jsonl`);
    this.#manifest = manifestPath(folder, experiment);
  }

  /** Reads what an earlier sweep left, ended or not. A last line that was cut short by a kill does not count. */
  load(): void {
    if (existsSync(this.#manifest)) {
      const { runs } = JSON.parse(readFileSync(this.#manifest, "utf8")) as {
        runs: FinishedTask[];
      };
      for (const entry of runs) this.#finished.set(keyOf(entry), entry);
    }
    if (!existsSync(this.#path)) return;
    for (const line of readFileSync(this.#path, "utf8").split("\n")) {
      try {
        const entry = JSON.parse(line) as FinishedTask;
        this.#finished.set(keyOf(entry), entry);
      } catch {
        // Cut short.
      }
    }
  }

  /** Forgets an earlier sweep. */
  clear(): void {
    this.#finished.clear();
    rmSync(this.#manifest, { force: true });
    this.end();
  }

  /** The sweep's manifest says it all now. */
  end(): void {
    rmSync(this.#path, { force: true });
  }

  /** The entry of a task whose run is there, whole, and made from the same inputs; null otherwise. */
  finished(task: SweepTask, folder: string): FinishedTask | null {
    const entry = this.#finished.get(keyOf(task));
    if (entry === undefined || entry.key !== task.key) return null;
    return hashOfRun(folder) === entry.sha256 ? entry : null;
  }

  add(entry: FinishedTask): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    // A line of its own, also after one that was cut short.
    appendFileSync(this.#path, `\n${JSON.stringify(entry)}\n`);
    this.#finished.set(keyOf(entry), entry);
  }
}

/** `<experiment>.sweep.json`, in the folder of the scenario's results. */
export function manifestPath(folder: string, experiment: string): string {
  return join(folder, `${experiment}.sweep.json`);
}

function keyOf({ variant, seed }: { readonly variant: string; readonly seed: number }): string {
  return `${variant} ${seed}`;
}
