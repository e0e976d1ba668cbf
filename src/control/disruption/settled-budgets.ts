import type { Budget, BudgetOutcome, BudgetStatus } from "./budget-status.js";
import type { SelectedPods } from "./selected-pods.js";

/** An object with a scale that a sync went by, and where it is found again. */
export interface ScaleSeen {
  readonly uid: string;
  readonly spec: object;
  readonly ownerReferences: object;
  /** The object that is there now. */
  readonly newest: () =>
    | { readonly uid: string; readonly spec: object; readonly ownerReferences: object }
    | undefined;
}

/** A sync that had nothing to say, and what its status follows from. */
interface Settled {
  readonly uid: string;
  readonly spec: Budget["spec"];
  readonly generation: number;
  readonly status: BudgetStatus;
  readonly pods: SelectedPods;
  readonly healthy: number;
  readonly size: number;
  readonly controllersVersion: number;
  readonly scales: readonly ScaleSeen[];
}

/**
 * The last sync of each budget that had nothing to say but a status. Most syncs come of that status itself, and of pods
 * that come and go without being healthy: they find the same.
 */
export class SettledBudgets {
  /** By row of the budget. */
  private readonly last: (Settled | undefined)[] = [];

  /** Takes note of a sync. `scales`: what it went by; null where it looked for an object that is not there. */
  note(
    budget: Budget,
    { status, events, recheckMicros }: BudgetOutcome,
    pods: SelectedPods,
    scales: readonly ScaleSeen[] | null,
  ): void {
    const { uid, row, spec, generation, creationTimeMicros } = budget;
    const saysNothing =
      events.length === 0 && recheckMicros === null && status.disruptedPods === undefined;
    // What a snapshot's budget expects may be what its status said.
    if (!saysNothing || scales === null || creationTimeMicros < 0) {
      this.last[row] = undefined;
      return;
    }
    const { healthy, size, controllersVersion } = pods;
    const figures = { pods, healthy, size, controllersVersion, scales };
    this.last[row] = { uid, spec, generation, status, ...figures };
  }

  /** Whether a sync of these would find the status that the budget has. */
  isAsLast(budget: Budget, pods: SelectedPods): boolean {
    const last = this.last[budget.row];
    return (
      last !== undefined &&
      last.status === budget.status &&
      last.uid === budget.uid &&
      last.spec === budget.spec &&
      last.generation === budget.generation &&
      last.pods === pods &&
      last.healthy === pods.healthy &&
      last.controllersVersion === pods.controllersVersion &&
      (last.size === pods.size || (pods.size > 0 && !countsPods(budget))) &&
      last.scales.every(isThere)
    );
  }
}

/** Whether the budget expects the pods that there are; else their controllers say how many. */
function countsPods({ spec: { maxUnavailable, minAvailable } }: Pick<Budget, "spec">): boolean {
  return maxUnavailable === undefined && typeof minAvailable !== "string";
}

function isThere({ uid, spec, ownerReferences, newest }: ScaleSeen): boolean {
  const now = newest();
  return now?.uid === uid && now.spec === spec && now.ownerReferences === ownerReferences;
}
