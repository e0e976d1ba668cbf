import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { BlockingReason } from "../drain/drain-rules.js";

/** Why a node stays, in Cluster Autoscaler's words. */
export type UnremovableReason =
  | "RecentlyUnremovable"
  | "CurrentlyBeingDeleted"
  | "ScaleDownDisabledAnnotation"
  | "ScaleDownUnreadyDisabled"
  | "NotUnderutilized"
  | "NoPlaceToMovePods"
  | "BlockedByPod"
  | "NotUnneededLongEnough"
  | "NotUnreadyLongEnough"
  | "NodeGroupMinSizeReached"
  | "MinimalResourceLimitExceeded"
  | "AtomicScaleDownFailed"
  | "BlockedByOnCompletionPod"
  | "UnexpectedError";

export interface Unremovable {
  readonly reason: UnremovableReason;
  /** Of `BlockedByPod`: the pod, and what keeps it. */
  readonly blocking?: { readonly pod: PodVersion; readonly reason: BlockingReason };
}

/** Why nodes stay, by the last loop; and which need not be looked at again for a while. */
export class UnremovableNodes {
  private reasons = new Map<string, Unremovable>();
  private readonly untilMicros = new Map<string, TimeMicros>();

  /** A loop begins: reasons are found anew. `isThere`: whether a node of that name is in the cluster. */
  begin(nowMicros: TimeMicros, isThere: (name: string) => boolean): void {
    this.reasons = new Map();
    for (const [name, until] of this.untilMicros) {
      if (until <= nowMicros || !isThere(name)) this.untilMicros.delete(name);
    }
  }

  add(name: string, why: Unremovable): void {
    this.reasons.set(name, why);
  }

  /** It need not be looked at again before `untilMicros`. */
  addUntil(name: string, why: Unremovable, untilMicros: TimeMicros): void {
    this.untilMicros.set(name, untilMicros);
    this.add(name, why);
  }

  isRecent(name: string): boolean {
    return this.untilMicros.has(name);
  }

  /** By name, in the order in which they were found. */
  all(): ReadonlyMap<string, Unremovable> {
    return this.reasons;
  }
}
