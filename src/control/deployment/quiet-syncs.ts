import type { TimeMicros } from "../../base/time.js";
import type { Deployment, ReplicaSet } from "./replica-sets.js";

/** A sync of a rollout that found nothing to write. */
interface QuietSync {
  readonly deployment: Deployment;
  /** Its sets, as they were looked at. */
  readonly sets: readonly ReplicaSet[];
  /** Until when a sync of the same versions finds nothing either. */
  readonly untilMicros: TimeMicros;
  /** When the rollout's deadline is; null where nobody has to look at it. */
  readonly deadlineMicros: TimeMicros | null;
}

/**
 * The last sync of each Deployment, if it found nothing to write. What a sync comes to follows from the versions of the
 * Deployment and its sets, and from a deadline; a Deployment whose pods do not come back is looked at every second.
 */
export class QuietSyncs {
  /** By row of the Deployment. */
  private readonly last: (QuietSync | undefined)[] = [];

  found(sync: QuietSync): void {
    this.last[sync.deployment.row] = sync;
  }

  /** The last one, where a sync of these versions would come to the same now. `hasSets`: whether those are its sets still. */
  same(
    deployment: Deployment,
    hasSets: (sets: readonly ReplicaSet[]) => boolean,
    nowMicros: TimeMicros,
  ): QuietSync | null {
    const last = this.last[deployment.row];
    if (last?.deployment !== deployment || nowMicros > last.untilMicros) return null;
    return hasSets(last.sets) ? last : null;
  }
}
