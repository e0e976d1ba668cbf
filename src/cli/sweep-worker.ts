import type { TaskOutcome } from "../experiment/sweep/run-sweep.js";
import type { SweepTask } from "../experiment/sweep/sweep-plan.js";
import { runSweepTask, type TaskSurroundings } from "./sweep-task.js";

/** The entry of a worker thread: one task at a time. */
export default function work(given: {
  readonly task: SweepTask;
  readonly surroundings: TaskSurroundings;
}): Promise<TaskOutcome> {
  return runSweepTask(given.task, given.surroundings);
}
