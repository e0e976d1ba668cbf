import type { Labels } from "../../../api/kubernetes.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { DisruptionBudgets } from "./budgets.js";

/** What disruption needs to know of a NodeClaim. */
export interface DisruptionClaim {
  readonly creationTimeMicros: TimeMicros;
  /** Null while it is not initialized. */
  readonly initializedMicros: TimeMicros | null;
  /** When a pod last came to its node or left it; null when none ever did. */
  readonly lastPodEventMicros: TimeMicros | null;
  /** Null: it never expires. */
  readonly expireAfterMicros: TimeMicros | null;
  /** How long its drain may take; null: as long as it needs. */
  readonly terminationGracePeriodMicros: TimeMicros | null;
  readonly labels: Labels;
  /** Its condition Consolidatable is True. */
  readonly isConsolidatable: boolean;
  /** The cloud was asked to take its machine, which is drained. */
  readonly isTerminating: boolean;
  /** Since when its condition Drifted is True; null while it is not. */
  readonly driftedSinceMicros: TimeMicros | null;
}

/** What disruption needs to know of a node, which may be a NodeClaim, a Node, or both. */
export interface DisruptionNode {
  readonly name: string;
  /** Null: Karpenter did not make it. */
  readonly claim: DisruptionClaim | null;
  /** launched: there is no Node yet. One that Karpenter did not make counts as initialized. */
  readonly stage: "launched" | "registered" | "initialized";
  /** Those of the Node, and of the NodeClaim before that is registered. */
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Its Ready condition is True. */
  readonly isReady: boolean;
  /** Being deleted, or about to be: a command takes it away. */
  readonly isDeleting: boolean;
  /** Chosen for a pending pod a moment ago. */
  readonly isNominated: boolean;
  /** Those bound to it, the ended ones too. */
  readonly pods: readonly PodVersion[];
}

export type ConsolidationPolicy = "WhenEmpty" | "WhenEmptyOrUnderutilized" | "Balanced";

/** What a NodePool says about the disruption of its nodes. */
export interface PoolDisruption {
  readonly name: string;
  readonly consolidationPolicy: ConsolidationPolicy;
  /** Null: Never. */
  readonly consolidateAfterMicros: TimeMicros | null;
  readonly budgets: DisruptionBudgets;
}
