import type { Features } from "../../api/features.js";
import { scaledIntOrPercent } from "../../api/int-or-percent.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { isPodAvailable } from "../pod-availability.js";
import { type DaemonSet, targetNodeOf } from "./daemon-pods.js";
import type { Fitness, Node } from "./node-fitness.js";

export type DaemonSetFeatures = Pick<
  Features,
  | "DaemonSetRestartsSucceeded"
  | "DaemonSetSurgeLeavesNodes"
  | "DaemonSetCountsUnavailableOldPods"
  | "DaemonSetLooksAtNodes"
  | "StaleControllerConsistencyDaemonSet"
>;

/** What a step of a sync looks at. */
export interface DaemonView {
  readonly set: DaemonSet;
  /** The hash of the present template's revision. */
  readonly hash: string;
  readonly nodes: readonly Node[];
  readonly podsOn: PodsByNode;
  readonly fitness: (node: Node) => Fitness;
  readonly features: DaemonSetFeatures;
  readonly nowMicros: TimeMicros;
}

/** Pods by the name of the node that they are for, bound or not. */
export type PodsByNode = ReadonlyMap<string, readonly PodVersion[]>;

/** In the order of the nodes; nodes that there are not come last. Pods that have ended and are going are left out. */
export function podsByNode(
  nodes: readonly Node[],
  pods: readonly PodVersion[],
  { DaemonSetRestartsSucceeded: leavesOut }: Pick<DaemonSetFeatures, "DaemonSetRestartsSucceeded">,
): PodsByNode {
  const found = new Map<string, PodVersion[]>(nodes.map(({ name }) => [name, []]));
  for (const pod of pods) {
    if (leavesOut && isPodTerminal(pod) && pod.deletionTimeMicros !== null) continue;
    const nodeName = targetNodeOf(pod);
    if (nodeName === null) continue;
    const there = found.get(nodeName);
    if (there === undefined) found.set(nodeName, [pod]);
    else there.push(pod);
  }
  for (const [name, there] of found) if (there.length === 0) found.delete(name);
  return found;
}

export function isAvailable({ set, nowMicros }: DaemonView, pod: PodVersion): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMicros);
}

/** Bound pods first, then the oldest, then by name. */
export function oldestFirst(pods: readonly PodVersion[]): PodVersion[] {
  return [...pods].sort((a, b) => {
    const bound = Number(b.nodeName !== "") - Number(a.nodeName !== "");
    if (bound !== 0) return bound;
    const age = a.creationTimeMicros - b.creationTimeMicros;
    return age !== 0 ? age : a.name < b.name ? -1 : 1;
  });
}

export interface RolloutLimits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly desiredNumberScheduled: number;
}

/**
 * How many pods a rolling update may add and take away, both rounded up; when both come to 0 the rollout
 * could never begin, and one pod may be unavailable.
 * Source: Kubernetes API reference, RollingUpdateDaemonSet.
 */
export function rolloutLimits(set: Pick<DaemonSet, "spec">, desired: number): RolloutLimits {
  const rolling = set.spec.updateStrategy?.rollingUpdate;
  const maxSurge = scaledIntOrPercent(rolling?.maxSurge ?? 0, desired, "up");
  const maxUnavailable = scaledIntOrPercent(rolling?.maxUnavailable ?? 0, desired, "up");
  const neither = desired > 0 && maxSurge === 0 && maxUnavailable === 0;
  return {
    maxSurge,
    maxUnavailable: neither ? 1 : maxUnavailable,
    desiredNumberScheduled: desired,
  };
}

export function isRollingUpdate({ spec }: DaemonSet): boolean {
  return (spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
}

/** Whether a node may have two pods of the set for a while. */
export function allowsSurge(set: DaemonSet): boolean {
  return isRollingUpdate(set) && rolloutLimits(set, 1).maxSurge > 0;
}
