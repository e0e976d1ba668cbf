import type { PodVersion } from "../../api/pod-version.js";
import { isUpdated } from "./daemon-pods.js";
import { type DaemonView, isAvailable, rolloutLimits } from "./daemon-view.js";
import type { PodChanges } from "./manage.js";

/** The pods of a node that are not on their way out. */
interface OnNode {
  readonly nodeName: string;
  readonly newPod: PodVersion | null;
  readonly oldPod: PodVersion | null;
  /** More than one new or old pod: {@link manage} clears them away first. */
  readonly isCrowded: boolean;
}

/**
 * The next step of a rolling update. Without a surge old pods are deleted, within maxUnavailable, and
 * made anew by {@link manage}; with one, new pods come beside old ones, which go once those are available.
 * Old pods that are not available are replaced whatever the limit.
 * Source: Kubernetes, "Perform a Rolling Update on a DaemonSet"; KEP-1591.
 */
export function rollingUpdate(view: DaemonView): PodChanges {
  const wanted = view.nodes.filter((node) => view.fitness(node).shouldRun).map(({ name }) => name);
  const limits = rolloutLimits(view.set, wanted.length);
  const names = new Set([...view.podsOn.keys(), ...wanted]);
  const nodes = [...names].map((name) => onNode(view, name));
  if (limits.maxSurge === 0) {
    return { nodesInNeed: [], surplus: replaced(view, nodes, limits.maxUnavailable) };
  }
  return surged(view, nodes, { maxSurge: limits.maxSurge, wanted: new Set(wanted) });
}

function onNode({ set, hash, podsOn }: DaemonView, nodeName: string): OnNode {
  let newPod: PodVersion | null = null;
  let oldPod: PodVersion | null = null;
  for (const pod of podsOn.get(nodeName) ?? []) {
    if (pod.deletionTimeMicros !== null) continue;
    const isNew = isUpdated(set, pod, hash);
    if ((isNew ? newPod : oldPod) !== null) {
      return { nodeName, newPod: null, oldPod: null, isCrowded: true };
    }
    if (isNew) newPod = pod;
    else oldPod = pod;
  }
  return { nodeName, newPod, oldPod, isCrowded: false };
}

function replaced(
  view: DaemonView,
  nodes: readonly OnNode[],
  maxUnavailable: number,
): readonly PodVersion[] {
  const broken: PodVersion[] = [];
  const candidates: PodVersion[] = [];
  let unavailable = 0;
  for (const { newPod, oldPod, isCrowded } of nodes) {
    if (isCrowded || (newPod === null) === (oldPod === null)) {
      unavailable += 1;
    } else if (newPod !== null) {
      if (!isAvailable(view, newPod)) unavailable += 1;
    } else if (!isAvailable(view, oldPod!)) {
      broken.push(oldPod!);
      if (view.features.DaemonSetCountsUnavailableOldPods) unavailable += 1;
    } else if (unavailable < maxUnavailable) {
      candidates.push(oldPod!);
    }
  }
  return [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))];
}

interface Surge {
  readonly maxSurge: number;
  /** Names of the nodes that are for the set. */
  readonly wanted: ReadonlySet<string>;
}

function surged(
  view: DaemonView,
  nodes: readonly OnNode[],
  { maxSurge, wanted }: Surge,
): PodChanges {
  const leaves = view.features.DaemonSetSurgeLeavesNodes;
  const surplus: PodVersion[] = [];
  const unwanted: PodVersion[] = [];
  const inNeed: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const { nodeName, newPod, oldPod, isCrowded } of nodes) {
    if (isCrowded) {
      surging += 1;
      continue;
    }
    const serving = oldPod ?? newPod;
    if (serving !== null && isAvailable(view, serving)) available += 1;
    if (oldPod === null) continue;
    if (newPod !== null) {
      if (isAvailable(view, newPod)) surplus.push(oldPod);
      else surging += 1;
      continue;
    }
    const works = isAvailable(view, oldPod);
    if (leaves && !wanted.has(nodeName)) (works ? unwanted : surplus).push(oldPod);
    else if (!works) inNeed.push(nodeName);
    else if (surging < maxSurge) candidates.push(nodeName);
  }
  const spare = Math.max(0, available - wanted.size);
  return {
    surplus: [...surplus, ...unwanted.slice(0, spare)],
    nodesInNeed: [...inNeed, ...candidates.slice(0, Math.max(0, maxSurge - surging))],
  };
}
