import type { WriteRequest } from "../../store/request.js";
import type { OperationTarget } from "./operation.js";

/** One write of a timeline step, and what is told when it has been accepted. */
export interface StepWrite {
  readonly target: OperationTarget;
  readonly request: WriteRequest;
  /** What was done; for `apply` the answer tells. */
  readonly done: string | null;
}

/** A step that is refused before anything is sent, as kubectl refuses it. */
export interface StepRefusal {
  readonly target: OperationTarget;
  readonly refusal: string;
}

export type Step = readonly StepWrite[] | StepRefusal;

export function isStepRefusal(step: Step): step is StepRefusal {
  return "refusal" in step;
}
