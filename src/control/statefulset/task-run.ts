import type { Outcome } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import { SlowStart } from "../slow-start.js";
import type { PodTask, PodWrite } from "./pod-tasks.js";
import type { Phase, PlacedTask } from "./stateful-plan.js";

/** How a task goes. */
interface Going {
  readonly task: PodTask;
  next: number;
  failure: string | null;
}

/** What is told of each answer: why the task fails by it, or null. */
type TaskAnswer = (task: PodTask, write: PodWrite, outcome: Outcome) => string | null;

export interface TaskRunOptions {
  readonly send: (request: WriteRequest, taskIndex: number) => void;
  readonly onAnswer: TaskAnswer;
  /** Told of a task that is over; `failure` is null where it went well. */
  readonly onEnd: (task: PodTask, failure: string | null) => void;
}

/**
 * The tasks of one phase under way: one after the other up to the first that fails, or in batches that
 * double up to the first batch in which one fails.
 */
export class TaskRun {
  failure: string | null = null;
  private readonly going: Going[] = [];
  /** Places up to which batches have gone. */
  private reached = 0;
  private readonly batches: SlowStart | null;

  constructor(
    readonly phase: Phase,
    private readonly options: TaskRunOptions,
  ) {
    this.batches = phase.inBatches ? new SlowStart(phase.length) : null;
  }

  /** Begins what comes next, when all that was sent is answered; false when nothing is left. */
  proceed(): boolean {
    if (this.failure !== null) return false;
    if (this.batches === null) return this.beginNext();
    const size = this.batches.nextBatch();
    this.reached += size;
    const before = this.going.length;
    while ((this.next()?.place ?? Number.POSITIVE_INFINITY) < this.reached) this.beginNext();
    const idle = size - (this.going.length - before);
    for (let i = 0; i < idle; i++) this.batches.answered(true);
    return size > 0;
  }

  /** Takes the answer to a write of the task with that index. */
  answered(taskIndex: number, outcome: Outcome): void {
    const going = this.going[taskIndex]!;
    const write = going.task.writes[going.next - 1]!;
    going.failure ??= this.options.onAnswer(going.task, write, outcome);
    this.goOn(going, taskIndex);
  }

  private next(): PlacedTask | undefined {
    return this.phase.tasks[this.going.length];
  }

  private beginNext(): boolean {
    const placed = this.next();
    if (placed === undefined) return false;
    const going = { task: placed.task, next: 0, failure: null };
    this.going.push(going);
    this.goOn(going, this.going.length - 1);
    return true;
  }

  /** All claims are tried, whatever becomes of them; of the rest, the first failure is the end. */
  private goOn(going: Going, taskIndex: number): void {
    const write = going.task.writes[going.next];
    if (write !== undefined && (going.failure === null || write.purpose === "claim")) {
      going.next += 1;
      this.options.send(write.request, taskIndex);
      return;
    }
    const failure = going.failure ?? going.task.failure;
    this.failure ??= failure;
    this.batches?.answered(failure === null);
    this.options.onEnd(going.task, failure);
  }
}
