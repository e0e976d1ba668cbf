import type { PodVersion } from "../../../api/pod-version.js";
import type { QueueingHintFn } from "../../framework/cluster-event.js";
import type { Features } from "../../framework/features.js";
import { type SpreadConstraint, compileConstraints } from "./spread-constraint.js";

function hardConstraints(pod: PodVersion, features: Features): readonly SpreadConstraint[] {
  const own = pod.spec.topologySpreadConstraints ?? [];
  return compileConstraints(own, "DoNotSchedule", pod.labels, features);
}

/**
 * Pods that a hard constraint counts, or counted, may help when they come, go or change their labels;
 * so may the pod's own new labels. A pod spread by default constraints is always tried again.
 */
export function podHint(features: Features): QueueingHintFn {
  return (pod, before, after) => {
    const subject = after ?? before;
    if (subject?.kind !== "Pod") return "Queue";
    const constraints = hardConstraints(pod, features);
    if (constraints.length === 0) return "Queue";
    if (subject.uid === pod.uid) return "Queue";
    if (subject.namespace !== pod.namespace) return "Skip";
    const counts = (other: typeof before): boolean =>
      other?.kind === "Pod" && constraints.some(({ selector }) => selector.matches(other.labels));
    return counts(before) !== counts(after) ? "Queue" : "Skip";
  };
}

/** A node matters that has every topology key; with a change of labels, a change of its domain. */
export function nodeHint(features: Features): QueueingHintFn {
  return (pod, before, after) => {
    const constraints = hardConstraints(pod, features);
    if (constraints.length === 0) return "Queue";
    const hasKeys = (node: typeof before): boolean =>
      node?.kind === "Node" &&
      constraints.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);
    if (before?.kind === "Node" && after?.kind === "Node") {
      const was = hasKeys(before);
      const is = hasKeys(after);
      if (was !== is) return "Queue";
      const moved = constraints.some(
        ({ topologyKey }) => before.labels[topologyKey] !== after.labels[topologyKey],
      );
      const taints = JSON.stringify(before.spec.taints) !== JSON.stringify(after.spec.taints);
      return is && (moved || taints) ? "Queue" : "Skip";
    }
    return hasKeys(before ?? after) ? "Queue" : "Skip";
  };
}
