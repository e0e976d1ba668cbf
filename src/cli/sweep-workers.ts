import { availableParallelism } from "node:os";
import { Tinypool } from "tinypool";
import type { TaskOutcome } from "../experiment/sweep/run-sweep.js";
import type { SweepTask } from "../experiment/sweep/sweep-plan.js";
import { runSweepTask, type TaskSurroundings } from "./sweep-task.js";

/**
 * Of each thread's heap, for what is young: twice what Node gives, which halves how often what lives a little longer is
 * copied.
 */
const YOUNG_MEGABYTES = 96;

/**
 * The threads of a sweep, or this thread where one run is done at a time. They start at once and load the simulator while
 * the runs are being planned; each keeps what it has compiled, so one pool serves all rounds of a sweep.
 */
export class SweepWorkers {
  readonly jobs: number;
  readonly #pool: Tinypool | null;

  constructor(wanted: number | undefined, runs: number) {
    this.jobs = Math.max(1, Math.min(wanted ?? availableParallelism(), runs));
    this.#pool =
      this.jobs === 1
        ? null
        : new Tinypool({
            filename: new URL("./sweep-worker.js", import.meta.url).href,
            runtime: "worker_threads",
            minThreads: this.jobs,
            maxThreads: this.jobs,
            resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
          });
  }

  run(task: SweepTask, surroundings: TaskSurroundings): Promise<TaskOutcome> {
    if (this.#pool === null) return runSweepTask(task, surroundings);
    return this.#pool.run({ task, surroundings }) as Promise<TaskOutcome>;
  }

  async end(): Promise<void> {
    await this.#pool?.destroy();
  }
}
