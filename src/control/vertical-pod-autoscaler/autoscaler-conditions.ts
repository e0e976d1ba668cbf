import type {
  VerticalPodAutoscalerStatus,
  VerticalPodAutoscalerStatusConditions,
} from "../../api/schemas/types.js";

export type Condition = VerticalPodAutoscalerStatusConditions;

/** The conditions of an autoscaler, by type; a time of transition changes with the status alone. */
export class AutoscalerConditions {
  private readonly byType: Map<string, Condition>;

  constructor(
    { conditions = [] }: VerticalPodAutoscalerStatus,
    private readonly now: string,
  ) {
    this.byType = new Map(conditions.map((condition) => [condition.type, condition]));
  }

  set(type: string, isTrue: boolean, reason = "", message = ""): void {
    const status = isTrue ? "True" : "False";
    const before = this.byType.get(type);
    const lastTransitionTime =
      before?.status === status ? (before.lastTransitionTime ?? this.now) : this.now;
    this.byType.set(type, {
      type,
      status,
      lastTransitionTime,
      ...(reason !== "" && { reason }),
      ...(message !== "" && { message }),
    });
  }

  delete(type: string): void {
    this.byType.delete(type);
  }

  isTrue(type: string): boolean {
    return this.byType.get(type)?.status === "True";
  }

  /** Sorted by type. */
  get list(): Condition[] {
    return [...this.byType.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  }
}
