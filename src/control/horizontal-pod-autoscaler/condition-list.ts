import type { HorizontalPodAutoscalerCondition } from "../../api/schemas/types.js";
import { plainCopy } from "../../base/plain-copy.js";
import type { TimeMicros } from "../../base/time.js";
import type { Timestamps } from "../timestamps.js";

type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited" | "ScaledToZero";
/** No list is changed: one that says something else is another. */
type Conditions = HorizontalPodAutoscalerCondition[];

export const NO_CONDITIONS: Conditions = [];

/** What is said of a condition. */
interface Said {
  type: string;
  status: string;
  reason: string | undefined;
  message: string | undefined;
  time: string | undefined;
}

/**
 * The conditions of an autoscaler while it is looked at. A look says most of them twice, and in the end what they said
 * before: so only what is said is written down, and conditions are made of it when the list is asked for.
 */
export class ConditionList {
  private before = NO_CONDITIONS;
  private timestamps: Timestamps | null = null;
  private nowMicros = 0;
  /** The first `count` of them are in use. */
  private readonly said: Said[] = [];
  private count = 0;
  /** A list that says the same; null: none is known. */
  private same: Conditions | null = NO_CONDITIONS;

  /** Another look begins, with the conditions from before. */
  begin(before: Conditions, timestamps: Timestamps, nowMicros: TimeMicros): this {
    this.timestamps = timestamps;
    this.nowMicros = nowMicros;
    this.before = before;
    if (before !== this.same) this.read(before);
    this.same = before;
    return this;
  }

  /** The list from before, if they say the same as then. */
  get all(): Conditions {
    this.same ??= this.list();
    return this.same;
  }

  isTrue(type: ConditionType): boolean {
    const at = this.placeOf(type);
    return at >= 0 && this.said[at]!.status === "True";
  }

  set(type: ConditionType, status: "True" | "False", reason: string, message: string): void {
    const at = this.placeOf(type);
    if (at < 0) {
      this.add(type, status, reason, message, this.now);
      this.same = null;
      return;
    }
    const said = this.said[at]!;
    const isSameStatus = said.status === status;
    if (isSameStatus && said.reason === reason && said.message === message) return;
    if (!isSameStatus) said.time = this.now;
    said.status = status;
    said.reason = reason;
    said.message = message;
    this.same = null;
  }

  remove(type: ConditionType): void {
    const at = this.placeOf(type);
    if (at < 0) return;
    this.said.splice(at, 1);
    this.count -= 1;
    this.same = null;
  }

  private get now(): string | undefined {
    return this.timestamps?.textOf(this.nowMicros);
  }

  private read(conditions: Conditions): void {
    this.count = 0;
    for (const { type, status, reason, message, lastTransitionTime } of conditions) {
      this.add(type, status, reason, message, lastTransitionTime);
    }
  }

  private add(
    type: string,
    status: string,
    reason: string | undefined,
    message: string | undefined,
    time: string | undefined,
  ): void {
    const said = this.said[this.count];
    if (said === undefined) {
      this.said.push({ type, status, reason, message, time });
    } else {
      said.type = type;
      said.status = status;
      said.reason = reason;
      said.message = message;
      said.time = time;
    }
    this.count += 1;
  }

  private list(): Conditions {
    const { before, said, count } = this;
    const list: Conditions = [];
    let isAsBefore = before.length === count;
    for (let i = 0; i < count; i++) {
      const known = before[i];
      const condition = known !== undefined && says(known, said[i]!) ? known : this.made(said[i]!);
      isAsBefore &&= condition === known;
      list.push(condition);
    }
    return isAsBefore ? before : list;
  }

  private made({ type, status, reason, message, time }: Said): HorizontalPodAutoscalerCondition {
    const known = this.before.find((one) => one.type === type);
    const condition: HorizontalPodAutoscalerCondition =
      known === undefined ? { type, status } : plainCopy(known);
    condition.status = status;
    if (reason !== undefined) condition.reason = reason;
    if (message !== undefined) condition.message = message;
    if (time !== undefined) condition.lastTransitionTime = time;
    return condition;
  }

  private placeOf(type: ConditionType): number {
    const { said, count } = this;
    for (let i = 0; i < count; i++) if (said[i]!.type === type) return i;
    return -1;
  }
}

function says(condition: HorizontalPodAutoscalerCondition, said: Said): boolean {
  return (
    condition.type === said.type &&
    condition.status === said.status &&
    condition.reason === said.reason &&
    condition.message === said.message &&
    condition.lastTransitionTime === said.time
  );
}
