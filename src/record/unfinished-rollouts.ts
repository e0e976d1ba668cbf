import type { UnderWay } from "./rollout-clock.js";
import type { WorkloadLedger } from "./workload-ledger.js";

/** A rollout that had not ended when the run did. */
export interface UnfinishedRollout extends UnderWay {
  /** As in the files: `target=shop/Deployment/web`. */
  readonly labels: string;
}

export function unfinishedRollouts({ targets }: WorkloadLedger): readonly UnfinishedRollout[] {
  return [...targets.values()].flatMap(({ labels, rollouts: { unfinished } }) =>
    unfinished === null ? [] : [{ labels, ...unfinished }],
  );
}
