import type { PodVersion } from "../../../api/pod-version.js";
import type { Status } from "../../../scheduler/framework/status.js";
import { isDaemonSetPod } from "../pod-kinds.js";
import { controllerKey, isAlike } from "../similar-pods.js";

/** So many kinds of pods of one controller are told apart; each pod beyond stands alone. */
const MAX_KINDS_PER_OWNER = 10;

/** Pods that the scheduler treats alike: what is found for the first holds for all. */
export interface PodGroup {
  readonly pods: readonly PodVersion[];
  /** Why the first fits on no new node of a node group, by the group's id. */
  readonly refusals: Map<string, Status>;
  /** A new node of some group would take it. */
  isHelped: boolean;
}

/** Groups pods of one controller with equal labels and spec. Source: cluster-autoscaler, `equivalence.BuildPodGroups`. */
export function groupPods(pods: readonly PodVersion[]): readonly PodGroup[] {
  const all: PodVersion[][] = [];
  const byOwner = new Map<string, PodVersion[][]>();
  for (const pod of pods) {
    const key = isDaemonSetPod(pod) ? null : controllerKey(pod);
    const kinds = (key === null ? undefined : byOwner.get(key)) ?? [];
    const like = kinds.find(([first]) => isAlike(first!, pod));
    if (like !== undefined) {
      like.push(pod);
      continue;
    }
    const group = [pod];
    all.push(group);
    if (key !== null && kinds.length < MAX_KINDS_PER_OWNER) byOwner.set(key, [...kinds, group]);
  }
  return all.map((one) => ({ pods: one, refusals: new Map(), isHelped: false }));
}
