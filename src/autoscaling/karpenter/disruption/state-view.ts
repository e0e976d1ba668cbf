import { parseGoDuration } from "../../../api/cron/go-duration.js";
import { parseTimestamp } from "../../../api/timestamp.js";
import type { TimeMicros } from "../../../base/time.js";
import type { NodePool } from "../cluster-view.js";
import { claimCondition, type StateNode } from "../state-node.js";
import { DisruptionBudgets } from "./budgets.js";
import type {
  ConsolidationPolicy,
  DisruptionClaim,
  DisruptionNode,
  PoolDisruption,
} from "./disruption-node.js";

/** A duration of a manifest in microseconds; null for "Never", and where there is none. */
function nillableMicros(text: string | undefined): TimeMicros | null {
  return text === undefined || text === "Never" ? null : parseGoDuration(text);
}

type NodeClaim = NonNullable<StateNode["nodeClaim"]>;

export function disruptionClaim(claim: NodeClaim, startTimeMs: number): DisruptionClaim {
  const { creationTimeMicros, labels, spec, status } = claim;
  const since = (type: string): TimeMicros | null => {
    const condition = claimCondition(claim, type);
    if (condition?.status !== "True") return null;
    return parseTimestamp(condition.lastTransitionTime, startTimeMs) ?? creationTimeMicros;
  };
  return {
    creationTimeMicros,
    initializedMicros: since("Initialized"),
    lastPodEventMicros: parseTimestamp(status.lastPodEventTime, startTimeMs),
    expireAfterMicros: nillableMicros(spec.expireAfter),
    terminationGracePeriodMicros: nillableMicros(spec.terminationGracePeriod),
    labels,
    isConsolidatable: since("Consolidatable") !== null,
    isTerminating: since("InstanceTerminating") !== null,
    driftedSinceMicros: since("Drifted"),
  };
}

/** A node of the cluster's state, as disruption looks at it now. */
export function disruptionNode(
  state: StateNode,
  now: TimeMicros,
  startTimeMs: number,
): DisruptionNode {
  const { name, nodeClaim, node, labels, annotations, isDeleting, pods } = state;
  const ready = node?.status.conditions?.find(({ type }) => type === "Ready");
  return {
    name,
    claim: nodeClaim === null ? null : disruptionClaim(nodeClaim, startTimeMs),
    stage: node === null ? "launched" : state.isInitialized ? "initialized" : "registered",
    labels,
    annotations,
    isReady: ready?.status === "True",
    isDeleting,
    isNominated: state.nominatedUntilMicros > now,
    pods,
  };
}

/** What a NodePool says about disruption; its manifest has its defaults. */
export function poolDisruption({ name, spec }: NodePool): PoolDisruption {
  const { consolidationPolicy: policy, consolidateAfter, budgets = [] } = spec.disruption ?? {};
  const consolidationPolicy = (policy ?? "WhenEmptyOrUnderutilized") as ConsolidationPolicy;
  return {
    name,
    consolidationPolicy,
    consolidateAfterMicros: nillableMicros(consolidateAfter ?? "0s"),
    budgets: DisruptionBudgets.of(budgets),
  };
}
