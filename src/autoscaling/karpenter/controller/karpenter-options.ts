import type { Distribution } from "../../../kernel/distribution.js";
import type { Engine } from "../../../kernel/engine.js";
import type { ClusterObserver } from "../../../record/cluster-observer.js";
import type { Client } from "../../../store/client.js";
import type { InformerFactory } from "../../../store/informer-factory.js";
import type { InstanceType } from "../instance-type.js";
import type { SchedulingOptions } from "../scheduling-ground.js";
import type { Cloud } from "./cloud.js";

/** Karpenter's settings; upstream's names and defaults. */
export interface KarpenterSettings extends SchedulingOptions {
  /** A batch of pods ends when none has come for so long. Upstream's `BATCH_IDLE_DURATION`: 1 s. */
  readonly batchIdleMicros: number;
  /** And at the latest so long after its first. Upstream's `BATCH_MAX_DURATION`: 10 s. */
  readonly batchMaxMicros: number;
  /** The gate SpotToSpotConsolidation: spot nodes are replaced by cheaper spot nodes. */
  readonly spotToSpot: boolean;
  /** The gate PodDeletionCostManagement: what it costs to delete a pod is not read from pods. */
  readonly podDeletionCostManagement: boolean;
}

export interface KarpenterOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly instanceTypes: readonly InstanceType[];
  readonly cloud: Cloud;
  readonly settings: KarpenterSettings;
  /** How long the cloud leaves a spot machine to its user, in microseconds; null: for ever. */
  readonly spotLifetime: Distribution | null;
}
