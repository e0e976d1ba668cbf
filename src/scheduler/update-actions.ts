import type { ObjectVersion } from "../api/object-version.js";
import type { PodVersion } from "../api/pod-version.js";
import { Action } from "./framework/cluster-event.js";

type NodeVersion = ObjectVersion<"Node">;

/**
 * What of a node changed that may matter to scheduling, as bits of {@link Action}; 0 for nothing.
 * Source: kube-scheduler's event handlers, `NodeSchedulingPropertiesChange`.
 */
export function nodeUpdateActions(before: NodeVersion, after: NodeVersion): number {
  let actions = 0;
  if (before.spec !== after.spec) {
    const freed = before.spec.unschedulable === true && after.spec.unschedulable !== true;
    if (freed || !sameJson(before.spec.taints, after.spec.taints))
      actions |= Action.UpdateNodeTaint;
  }
  if (!sameJson(before.labels, after.labels)) actions |= Action.UpdateNodeLabel;
  if (!sameJson(before.annotations, after.annotations)) actions |= Action.UpdateNodeAnnotation;
  if (before.status !== after.status) {
    if (!sameJson(before.status?.allocatable, after.status?.allocatable)) {
      actions |= Action.UpdateNodeAllocatable;
    }
    if (!sameJson(conditionStatuses(before), conditionStatuses(after))) {
      actions |= Action.UpdateNodeCondition;
    }
  }
  return actions;
}

/**
 * What of a pod changed that may matter to its own scheduling, or to that of others.
 * Source: kube-scheduler's event handlers, `PodSchedulingPropertiesChange`.
 */
export function podUpdateActions(before: PodVersion, after: PodVersion): number {
  let actions = 0;
  if (before.labels !== after.labels && !sameJson(before.labels, after.labels)) {
    actions |= Action.UpdatePodLabel;
  }
  if (before.spec !== after.spec) {
    if (gates(before) > 0 && gates(after) === 0) {
      actions |= Action.UpdatePodSchedulingGatesEliminated;
    }
    if (!sameJson(before.spec.tolerations, after.spec.tolerations)) {
      actions |= Action.UpdatePodToleration;
    }
    if (!sameJson(requestsOf(before), requestsOf(after))) actions |= Action.UpdatePodScaleDown;
    if (actions === 0 && !sameJson(before.spec, after.spec)) actions |= Action.UpdatePodOther;
  }
  if (
    before.annotations !== after.annotations &&
    !sameJson(before.annotations, after.annotations)
  ) {
    actions |= Action.UpdatePodOther;
  }
  return actions;
}

function conditionStatuses(node: NodeVersion): readonly (readonly [string, string])[] {
  return (node.status?.conditions ?? []).map((c) => [c.type, c.status]);
}

function gates(pod: PodVersion): number {
  return pod.spec.schedulingGates?.length ?? 0;
}

function requestsOf(pod: PodVersion): unknown {
  return pod.spec.containers.map((container) => container.resources?.requests);
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
