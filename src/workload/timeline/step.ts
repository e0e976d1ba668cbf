import type { WriteRequest } from "../../store/request.js";
import type { OperationTarget } from "./operation.js";

/** One write of a timeline step, and what is told when it has been accepted. */
export interface StepWrite {
  readonly target: OperationTarget;
  readonly request: WriteRequest;
  /** What was done; null: whether its object is new or changed tells. */
  readonly done: string | null;
}

/** A step that was over at once, without a write of the timeline's own. */
interface StepDone {
  /** What it was about, as it is told. */
  readonly about: string;
  readonly done: string;
}

/** A step that is refused before anything is sent, as kubectl refuses it. */
interface StepRefusal {
  readonly target: OperationTarget;
  readonly refusal: string;
}

export type Step = readonly StepWrite[] | StepDone | StepRefusal;
