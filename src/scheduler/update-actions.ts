import { deepEqual } from "../api/deep-equal.js";
import type { ObjectVersion } from "../api/object-version.js";
import { placedRequests } from "../api/pod-resources.js";
import type { PodVersion } from "../api/pod-version.js";
import { Action } from "./framework/cluster-event.js";
import type { Features } from "../api/features.js";

type NodeVersion = ObjectVersion<"Node">;

/**
 * What of a node changed that may matter to scheduling, as bits of {@link Action}; 0 for nothing.
 * Up to v1.29 a change of several kinds counts as the first of them alone.
 * Source: kube-scheduler's event handlers, `NodeSchedulingPropertiesChange`.
 */
export function nodeUpdateActions(
  before: NodeVersion,
  after: NodeVersion,
  features: Features,
): number {
  const changes = nodeChanges(before, after, features);
  if (features.NodeUpdateIsOneEvent) return changes[0] ?? 0;
  return changes.reduce((all, action) => all | action, 0);
}

/** In the order in which upstream looks for them. */
function nodeChanges(before: NodeVersion, after: NodeVersion, features: Features): number[] {
  const changes: number[] = [];
  const sameSpec = before.spec === after.spec;
  const sameStatus = before.status === after.status;
  if (before.spec.unschedulable === true && after.spec.unschedulable !== true) {
    changes.push(Action.UpdateNodeTaint);
  }
  if (!sameStatus && !sameJson(before.status?.allocatable, after.status?.allocatable)) {
    changes.push(Action.UpdateNodeAllocatable);
  }
  if (!sameJson(before.labels, after.labels)) changes.push(Action.UpdateNodeLabel);
  if (!sameSpec && !sameJson(before.spec.taints, after.spec.taints)) {
    changes.push(Action.UpdateNodeTaint);
  }
  if (!sameStatus && !sameJson(conditionStatuses(before), conditionStatuses(after))) {
    changes.push(Action.UpdateNodeCondition);
  }
  if (features.NodeAnnotationsAreAnEvent && !sameJson(before.annotations, after.annotations)) {
    changes.push(Action.UpdateNodeAnnotation);
  }
  const declared = [before.status?.declaredFeatures, after.status?.declaredFeatures] as const;
  if (features.NodeDeclaredFeatures && !sameStatus && !sameJson(...declared)) {
    changes.push(Action.UpdateNodeDeclaredFeature);
  }
  return changes;
}

/**
 * What of a pod changed that may matter to its own scheduling, or to that of others, as bits of
 * {@link Action}. Source: kube-scheduler's event handlers, `PodSchedulingPropertiesChange`.
 */
export function podUpdateActions(before: PodVersion, after: PodVersion): number {
  let actions = 0;
  if (!sameJson(before.labels, after.labels)) actions |= Action.UpdatePodLabel;
  const resized = before.status.resources !== after.status.resources;
  if ((resized || before.spec !== after.spec) && requestsLess(before, after)) {
    actions |= Action.UpdatePodScaleDown;
  }
  if (before.spec !== after.spec) {
    if (gates(before) > 0 && gates(after) === 0) {
      actions |= Action.UpdatePodSchedulingGatesEliminated;
    }
    if (tolerations(before) !== tolerations(after)) actions |= Action.UpdatePodToleration;
  }
  const claims = [before, after].map(({ status }) => status.resourceClaimStatuses ?? NO_CLAIMS);
  if (!sameJson(claims[0], claims[1])) actions |= Action.UpdatePodGeneratedResourceClaim;
  return actions === 0 ? Action.UpdatePodOther : actions;
}

const NO_CLAIMS: readonly unknown[] = [];

/**
 * Whether anything of a waiting pod changed but its status and what only bookkeeping reads.
 * Source: kube-scheduler's queue, `isPodUpdated`.
 */
export function isPodUpdated(before: PodVersion, after: PodVersion): boolean {
  return (
    before.deletionTimeMicros !== after.deletionTimeMicros ||
    (["spec", "labels", "annotations", "ownerReferences"] as const).some(
      (field) => before[field] !== after[field] && !deepEqual(before[field], after[field]),
    )
  );
}

function conditionStatuses(node: NodeVersion): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (node.status?.conditions ?? []).map((condition) => [condition.type, condition.status]).sort(),
  );
}

function gates(pod: PodVersion): number {
  return pod.spec.schedulingGates?.length ?? 0;
}

/** Tolerations can be added, and not be taken away. */
function tolerations(pod: PodVersion): number {
  return pod.spec.tolerations?.length ?? 0;
}

function requestsLess(before: PodVersion, after: PodVersion): boolean {
  const now = placedRequests(after);
  return [...placedRequests(before)].some(([name, had]) => {
    const has = now.get(name);
    return has === undefined || has.compare(had) < 0;
  });
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
