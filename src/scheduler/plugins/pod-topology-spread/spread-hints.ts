import { labelOf } from "../../../api/label-of.js";
import { deepEqual } from "../../../api/deep-equal.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { QueueingHintFn } from "../../framework/cluster-event.js";
import type { SpreadConstraint } from "./spread-constraint.js";

/** The hard constraints that hold for a pod. */
type ConstraintsOf = (pod: PodVersion) => readonly SpreadConstraint[];

/**
 * Pods that a hard constraint counts matter when they come or go, or when a change of labels makes them
 * counted or not; so do the waiting pod's own labels, and its tolerations where taints matter.
 */
export function podHint(constraintsOf: ConstraintsOf): QueueingHintFn {
  return (pod, before, after) => {
    const was = before?.kind === "Pod" ? before : null;
    const is = after?.kind === "Pod" ? after : null;
    const concerned = (other: PodVersion): boolean =>
      other.uid === pod.uid || (other.nodeName !== "" && other.namespace === pod.namespace);
    if ([was, is].some((each) => each !== null && !concerned(each))) return "Skip";
    const constraints = constraintsOf(pod);
    if (was === null || is === null) {
      const labels = (is ?? was)?.labels ?? {};
      return constraints.some(({ selector }) => selector.matches(labels)) ? "Queue" : "Skip";
    }
    const tolerates =
      is.uid === pod.uid &&
      !deepEqual(was.spec.tolerations, is.spec.tolerations) &&
      constraints.some(({ honorsTaints }) => honorsTaints);
    if (tolerates) return "Queue";
    const changed = constraints.some(
      ({ selector }) => selector.matches(was.labels) !== selector.matches(is.labels),
    );
    return changed ? "Queue" : "Skip";
  };
}

/** A node matters that has every topology key, or had; with an update, a change of domain or taints. */
export function nodeHint(constraintsOf: ConstraintsOf): QueueingHintFn {
  return (pod, before, after) => {
    const constraints = constraintsOf(pod);
    const hasKeys = (node: typeof before): boolean =>
      node?.kind === "Node" &&
      constraints.every(({ topologyKey }) => labelOf(node.labels, topologyKey) !== undefined);
    if (before?.kind !== "Node" || after?.kind !== "Node") {
      return hasKeys(before ?? after) ? "Queue" : "Skip";
    }
    const is = hasKeys(after);
    if (hasKeys(before) !== is) return "Queue";
    const moved = constraints.some(
      ({ topologyKey }) =>
        labelOf(before.labels, topologyKey) !== labelOf(after.labels, topologyKey),
    );
    return is && (moved || !deepEqual(before.spec.taints, after.spec.taints)) ? "Queue" : "Skip";
  };
}
