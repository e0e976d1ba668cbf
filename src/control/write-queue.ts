import type { AnyVersion } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import type { AnswerId } from "../store/client.js";
import type { Outcome, Refusal } from "../store/outcome.js";
import type { WriteRequest } from "../store/request.js";
import { type StepEnd, Syncs, type SyncsOptions } from "./syncs.js";

export interface WriteQueueOptions extends Omit<SyncsOptions<unknown>, "begin" | "step"> {
  /** What is to be written for the key as things stand, one request after the other. */
  readonly plan: (key: number) => readonly WriteRequest[];
  /** Told of the version that each write was answered with. */
  readonly wrote?: (object: AnyVersion, request: WriteRequest) => void;
  /** Told of a refusal; false where there is no point in trying again. Default: there is. */
  readonly refused?: (key: number, refusal: Refusal, request: WriteRequest) => boolean;
  /** Told when all of a plan is written; false where the key is to be planned anew nevertheless. */
  readonly done?: (key: number) => boolean;
}

/** A plan under way. `end`: how a refusal ended it. */
interface Plan {
  rest: readonly WriteRequest[];
  end: "done" | "retry" | null;
}

/**
 * Syncs that are plans of writes. A write that is refused ends its plan, and the key is planned anew
 * after a growing delay.
 */
export class WriteQueue {
  private readonly syncs: Syncs<Plan>;
  private readonly answered: AnswerId;

  constructor(private readonly options: WriteQueueOptions) {
    this.syncs = new Syncs<Plan>({
      ...options,
      begin: (key) => this.begin(key),
      step: (plan, key) => this.step(plan, key),
    });
    this.answered = this.syncs.onAnswer((plan, outcome, request, key) =>
      this.onAnswer(plan, outcome, request, key),
    );
  }

  add(key: number): void {
    this.syncs.add(key);
  }

  /** As {@link Syncs.addAfter}. */
  addAfter(key: number, delayMicros: TimeMicros): void {
    this.syncs.addAfter(key, delayMicros);
  }

  private begin(key: number): Plan | null {
    const rest = this.options.plan(key);
    const isOver = rest.length === 0 && this.options.done === undefined;
    return isOver ? null : { rest, end: null };
  }

  private step(plan: Plan, key: number): StepEnd {
    if (plan.end !== null) return plan.end;
    const [next, ...rest] = plan.rest;
    if (next === undefined) return (this.options.done?.(key) ?? true) ? "done" : "retry";
    plan.rest = rest;
    this.syncs.send(key, this.answered, next);
    return "go on";
  }

  private onAnswer(plan: Plan, outcome: Outcome, request: WriteRequest, key: number): void {
    const { wrote, refused } = this.options;
    if (outcome.ok) wrote?.(outcome.object, request);
    else plan.end = refused?.(key, outcome, request) === false ? "done" : "retry";
  }
}
