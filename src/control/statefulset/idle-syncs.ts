import type { StatefulSet } from "./identity.js";
import type { SetTally } from "./set-tally.js";

/** A sync that found nothing to do, and what it looked at. */
interface IdleSync {
  readonly set: StatefulSet;
  readonly tally: SetTally;
  readonly tallyVersion: number;
  readonly historyVersion: number;
}

/**
 * The last sync of each StatefulSet, if it found nothing to do: what one comes to follows from the version of the set, the
 * figures of its pods and the revisions. Most changes of a pod, such as its place or its address, move no figure.
 */
export class IdleSyncs {
  /** By row of the set. */
  private readonly last: (IdleSync | undefined)[] = [];

  found(set: StatefulSet, tally: SetTally, historyVersion: number): void {
    this.last[set.row] = { set, tally, tallyVersion: tally.version, historyVersion };
  }

  /** Whether a sync of these would find nothing, as the last one did. */
  isAsLast(set: StatefulSet, tally: SetTally, historyVersion: number): boolean {
    const last = this.last[set.row];
    return (
      last?.set === set &&
      last.tally === tally &&
      last.tallyVersion === tally.version &&
      last.historyVersion === historyVersion
    );
  }
}
