/**
 * What an extension point of a plugin answers. Source: Kubernetes scheduling framework,
 * `framework.Code`.
 */
export type Code =
  | "Success"
  /** The plugin itself failed; the cycle ends with an error and nothing is preempted. */
  | "Error"
  /** The pod does not fit now; taking other pods away may help. */
  | "Unschedulable"
  /** The pod does not fit and taking other pods away cannot help. */
  | "UnschedulableAndUnresolvable"
  /** Permit: the pod waits. */
  | "Wait"
  /** PreFilter, PreScore: the plugin has nothing to say; Bind: another plugin binds. */
  | "Skip"
  /** The pod waits for something outside of the scheduler (dynamic resources). */
  | "Pending";

/**
 * A status with its reasons, in Kubernetes' words. Success without reasons is written `null`, as
 * upstream's nil status. Immutable, so one object may stand for the refusal of many nodes.
 */
export class Status {
  constructor(
    readonly code: Code,
    readonly reasons: readonly string[],
    /** The plugin that answered; empty where no plugin did. */
    readonly plugin: string,
  ) {}

  /** The reasons, joined as upstream's `Status.Message`. */
  get message(): string {
    return this.reasons.join(", ");
  }
}

/** True for both codes that say "does not fit". */
export function isRejected(status: Status): boolean {
  return (
    status.code === "Unschedulable" ||
    status.code === "UnschedulableAndUnresolvable" ||
    status.code === "Pending"
  );
}

/** The status as an error of whoever ran the plugin. */
export function asError(doing: string, status: Status): Status {
  return new Status("Error", [`${doing}: ${status.message}`], status.plugin);
}
