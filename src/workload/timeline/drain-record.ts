import { objectKey } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { counted } from "../../base/counted.js";
import type { TimeMicros } from "../../base/time.js";
import type { Refusal } from "../../store/outcome.js";

export interface DrainOperation {
  readonly type: "drain";
  readonly node: string;
  /** How long it waits before it gives up; null: for ever. */
  readonly timeoutMicros: TimeMicros | null;
  /** Instead of the pods' own. */
  readonly gracePeriodSeconds: number | null;
  /** Also pods that no controller would make again. */
  readonly force: boolean;
  /** Only pods with these labels, as the text of a good selector; null for all. */
  readonly podSelector: string | null;
}

const MAX_NAMED = 3;

/** A pod that a drain waits for, and what its evictions came to. */
export class DrainedPod {
  refusals = 0;
  /** The last one. */
  refusal: Refusal | null = null;
  /** When its eviction was granted: from then on the drain looks each second whether it is gone. */
  grantedMicros: TimeMicros | null = null;

  constructor(
    readonly drain: DrainRecord,
    readonly pod: PodVersion,
    /** Of its eviction. */
    readonly number: number,
  ) {}
}

/** How far a drain has come. */
export class DrainRecord {
  /** Pods that are still there, by uid. */
  readonly remaining = new Map<string, DrainedPod>();
  /** Pods whose eviction was refused for good. */
  readonly failed: DrainedPod[] = [];
  evicted = 0;
  /** Pods that had ended, or were on their way out, before anybody evicted them. */
  leftAlready = 0;
  refusals = 0;
  state: "cordoning" | "evicting" | "ended" = "cordoning";
  /** When it gives up; Infinity: never. */
  deadlineMicros: TimeMicros = Number.POSITIVE_INFINITY;
  isGivenUp = false;

  constructor(readonly operation: DrainOperation) {}

  /** `drained: 4 pods evicted, 1 that had ended removed, after 2 refused evictions`. */
  drainedText(): string {
    const parts = [`drained: ${counted(this.evicted, "pod")} evicted`];
    if (this.leftAlready > 0) parts.push(`${this.leftAlready} that had ended removed`);
    if (this.refusals > 0) parts.push(`after ${counted(this.refusals, "refused eviction")}`);
    return parts.join(", ");
  }

  /** `failed: 2 pods not evicted: shop/a, shop/b (…)`, by why. */
  failedText(): string {
    const reasons = groupedTexts(this.failed, whyFailed, (why, pods) => `${pods} (${why})`);
    return `failed: ${counted(this.failed.length, "pod")} not evicted: ${reasons.join("; ")}`;
  }

  /**
   * What the drain waits for: `not ended: shop/a stays, its eviction was refused 300 times by budget
   * shop/web`. `isEnding` tells of a pod whether it is being deleted.
   */
  unfinishedText(isEnding: (pod: PodVersion) => boolean): string {
    if (this.state === "cordoning") return "not ended: the node is not cordoned yet";
    const waits = groupedTexts(
      [...this.remaining.values()],
      (drained) => whyStays(drained, isEnding(drained.pod)),
      (why, pods) => `${pods} ${why}`,
    );
    const failed = this.failed.length === 0 ? [] : [this.failedText()];
    return `not ended: ${[...waits, ...failed].join("; ")}`;
  }
}

function whyFailed({ refusal }: DrainedPod): string {
  const budgets = refusal?.budgets ?? [];
  if (budgets.length > 1) {
    const names = budgets.map(objectKey).join(", ");
    return `${budgets.length} budgets cover it, and an eviction goes by one at most: ${names}`;
  }
  return refusal?.message ?? "";
}

function whyStays({ refusals, refusal }: DrainedPod, isEnding: boolean): string {
  if (isEnding) return "is being deleted";
  if (refusal === null) return "is being evicted";
  const by = (refusal.budgets ?? []).map((budget) => `by budget ${objectKey(budget)}`).join(", ");
  return `stays, its eviction was refused ${counted(refusals, "time")} ${by}`.trimEnd();
}

/** Pods with the same reason together: the first of them by name. */
function groupedTexts(
  drained: readonly DrainedPod[],
  reasonOf: (one: DrainedPod) => string,
  textOf: (reason: string, pods: string) => string,
): readonly string[] {
  const byReason = new Map<string, string[]>();
  for (const one of drained) {
    const reason = reasonOf(one);
    byReason.set(reason, [...(byReason.get(reason) ?? []), objectKey(one.pod)]);
  }
  return [...byReason].map(([reason, names]) => {
    const rest = names.length - MAX_NAMED;
    const named = names.slice(0, MAX_NAMED).join(", ");
    return textOf(reason, rest > 0 ? `${named} and ${rest} more` : named);
  });
}
