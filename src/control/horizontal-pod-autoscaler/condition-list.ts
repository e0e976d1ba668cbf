import type { HorizontalPodAutoscalerCondition } from "../../api/schemas/types.js";

type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited" | "ScaledToZero";
/** No list is changed: one that says something else is another. */
type Conditions = HorizontalPodAutoscalerCondition[];

/** The conditions of an autoscaler while it is looked at. */
export class ConditionList {
  private list: Conditions;
  private isCopy = false;

  /** `now`: the time of transitions, as timestamps have it. */
  constructor(
    private readonly before: Conditions,
    private readonly now: string,
  ) {
    this.list = before;
  }

  /** The list from before, if they say the same as then. */
  get all(): Conditions {
    const { list, before } = this;
    const isSame = list.length === before.length && list.every((one, i) => one === before[i]);
    if (isSame) return before;
    this.isCopy = false;
    return list;
  }

  isTrue(type: ConditionType): boolean {
    return this.list[this.placeOf(type)]?.status === "True";
  }

  set(type: ConditionType, status: "True" | "False", reason: string, message: string): void {
    const at = this.placeOf(type);
    const known = this.list[at];
    if (known !== undefined && says(known, status, reason, message)) return;
    const time = known?.status === status ? known.lastTransitionTime : this.now;
    const first = this.before[at];
    const isAsBefore =
      first?.type === type &&
      first.lastTransitionTime === time &&
      says(first, status, reason, message);
    const list = this.isCopy ? this.list : [...this.list];
    if (isAsBefore) {
      list[at] = first;
    } else {
      const condition: HorizontalPodAutoscalerCondition = {
        ...known,
        type,
        status,
        reason,
        message,
      };
      if (time !== undefined) condition.lastTransitionTime = time;
      list[at < 0 ? list.length : at] = condition;
    }
    this.list = list;
    this.isCopy = true;
  }

  remove(type: ConditionType): void {
    if (this.placeOf(type) < 0) return;
    this.list = this.list.filter((condition) => condition.type !== type);
  }

  private placeOf(type: ConditionType): number {
    const { list } = this;
    for (let i = 0; i < list.length; i++) if (list[i]!.type === type) return i;
    return -1;
  }
}

function says(
  condition: HorizontalPodAutoscalerCondition,
  status: string,
  reason: string,
  message: string,
): boolean {
  return (
    condition.status === status && condition.reason === reason && condition.message === message
  );
}
