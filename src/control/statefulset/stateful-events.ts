import type { Outcome, Refusal } from "../../store/outcome.js";
import type { WriteRequest } from "../../store/request.js";
import type { ControllerOptions } from "../controller.js";
import type { StatefulSet } from "./identity.js";
import type { PodTask, Purpose } from "./pod-tasks.js";

const VERBS: Readonly<Record<Purpose, string>> = {
  claim: "Create",
  pod: "Create",
  retention: "Update",
  identity: "Update",
  delete: "Delete",
};

/** The events of a StatefulSet, as upstream words them. */
export class StatefulEvents {
  constructor(
    private readonly options: Pick<ControllerOptions, "observer" | "engine">,
    private readonly capitals: boolean,
  ) {}

  /** Tells what belongs to a task that is over. */
  ended(set: StatefulSet, task: PodTask): void {
    for (const { type, reason, message } of task.told) this.tell(set, type, reason, message);
    const isNew = task.writes.every(({ purpose }) => purpose !== "identity");
    if (task.failure !== null && isNew) this.pod(set, task, "pod", task.failure);
  }

  /** Tells of the answer to a write for a pod; answers why the pod's task fails by it, or null. */
  answered(
    set: StatefulSet,
    task: PodTask,
    purpose: Purpose,
    request: WriteRequest,
    outcome: Outcome,
  ): string | null {
    if (purpose === "claim") return this.claimAnswered(set, task, request, outcome);
    if (outcome.ok) {
      if (purpose !== "retention") this.pod(set, task, purpose, null);
      return null;
    }
    if (purpose === "delete" && outcome.reason === "NotFound") {
      this.pod(set, task, purpose, null);
      return null;
    }
    if (purpose !== "pod" || outcome.reason !== "AlreadyExists") {
      this.pod(set, task, purpose, outcome.message);
    }
    return outcome.message;
  }

  /** A pod that is not made for want of a claim is told of, too. */
  private claimAnswered(
    set: StatefulSet,
    task: PodTask,
    request: WriteRequest,
    outcome: Outcome,
  ): string | null {
    const name = request.verb === "create" ? request.object.name : "";
    if (outcome.ok || outcome.reason !== "AlreadyExists") this.claim(set, task, name, outcome);
    if (outcome.ok) return null;
    const failure = `failed to create PVC ${name}: ${outcome.message}`;
    this.pod(set, task, "pod", failure);
    return failure;
  }

  private claim(
    set: StatefulSet,
    { podName }: PodTask,
    name: string,
    outcome: { readonly ok: true } | Refusal,
  ): void {
    const verb = this.verb("Create");
    if (outcome.ok) {
      const message = `${verb} Claim ${name} Pod ${podName} in StatefulSet ${set.name} success`;
      this.tell(set, "Normal", "SuccessfulCreate", message);
      return;
    }
    const what = `${verb} Claim ${name} for Pod ${podName} in StatefulSet ${set.name}`;
    this.tell(set, "Warning", "FailedCreate", `${what} failed error: ${outcome.message}`);
  }

  private pod(
    set: StatefulSet,
    { podName }: PodTask,
    purpose: Purpose,
    failure: string | null,
  ): void {
    const verb = VERBS[purpose];
    const what = `${this.verb(verb)} Pod ${podName} in StatefulSet ${set.name}`;
    if (failure === null) this.tell(set, "Normal", `Successful${verb}`, `${what} successful`);
    else this.tell(set, "Warning", `Failed${verb}`, `${what} failed error: ${failure}`);
  }

  private tell(
    set: StatefulSet,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
  ): void {
    const { observer, engine } = this.options;
    observer.event(type, reason, set, message, engine.now);
  }

  private verb(verb: string): string {
    return this.capitals ? verb : verb.toLowerCase();
  }
}
