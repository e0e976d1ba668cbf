import type { HorizontalPodAutoscalerCondition } from "../../api/schemas/types.js";

type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited" | "ScaledToZero";

/** The conditions of an autoscaler while it is looked at. */
export class ConditionList {
  private readonly list: HorizontalPodAutoscalerCondition[];

  /** `now`: the time of transitions, as timestamps have it. */
  constructor(
    before: readonly HorizontalPodAutoscalerCondition[],
    private readonly now: string,
  ) {
    this.list = [...before];
  }

  get all(): HorizontalPodAutoscalerCondition[] {
    return [...this.list];
  }

  isTrue(type: ConditionType): boolean {
    return this.list.some((condition) => condition.type === type && condition.status === "True");
  }

  set(type: ConditionType, status: "True" | "False", reason: string, message: string): void {
    const at = this.list.findIndex((condition) => condition.type === type);
    const before = this.list[at];
    if (before?.status === status && before.reason === reason && before.message === message) return;
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : this.now;
    const condition = {
      ...before,
      ...{ type, status, reason, message },
      ...(lastTransitionTime !== undefined && { lastTransitionTime }),
    };
    if (at < 0) this.list.push(condition);
    else this.list[at] = condition;
  }

  remove(type: ConditionType): void {
    const at = this.list.findIndex((condition) => condition.type === type);
    if (at >= 0) this.list.splice(at, 1);
  }
}
