import type { NodeLedger } from "./node-ledger.js";
import type { PodLedger } from "./pod-ledger.js";
import type { ResourceLedger } from "./resource-ledger.js";
import type { WorkloadLedger } from "./workload-ledger.js";

/** What every run's recorder keeps up to date. */
export interface Ledgers {
  readonly resources: ResourceLedger;
  readonly nodes: NodeLedger;
  readonly workloads: WorkloadLedger;
  readonly pods: PodLedger;
}
