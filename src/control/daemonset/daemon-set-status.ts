import type { StatusOf } from "../../api/kinds.js";
import { isPodReady } from "../../api/pod-version.js";
import { isUpdated } from "./daemon-pods.js";
import { type DaemonView, isAvailable, oldestFirst } from "./daemon-view.js";

export type DaemonSetStatus = StatusOf["DaemonSet"];

/**
 * The status as the nodes and pods are, or the one that the set has where they say the same. Of several
 * pods on a node the oldest counts. `observes`: the sync acted on the set's generation.
 */
export function daemonSetStatus(view: DaemonView, observes: boolean): DaemonSetStatus {
  const { set } = view;
  const counts = countsOf(view);
  const observed = set.status.observedGeneration ?? 0;
  const isSame =
    (Object.keys(counts) as (keyof Counts)[]).every(
      (name) => (set.status[name] ?? 0) === counts[name],
    ) && observed >= set.generation;
  if (isSame) return set.status;
  const { numberAvailable, numberUnavailable, updatedNumberScheduled, ...always } = counts;
  const generation = observes ? set.generation : observed;
  return {
    ...(set.status.collisionCount !== undefined && { collisionCount: set.status.collisionCount }),
    ...(set.status.conditions !== undefined && { conditions: set.status.conditions }),
    ...always,
    ...(numberAvailable > 0 && { numberAvailable }),
    ...(numberUnavailable > 0 && { numberUnavailable }),
    ...(updatedNumberScheduled > 0 && { updatedNumberScheduled }),
    ...(generation > 0 && { observedGeneration: generation }),
  };
}

interface Counts {
  desiredNumberScheduled: number;
  currentNumberScheduled: number;
  numberMisscheduled: number;
  numberReady: number;
  updatedNumberScheduled: number;
  numberAvailable: number;
  numberUnavailable: number;
}

function countsOf(view: DaemonView): Counts {
  const counts: Counts = {
    desiredNumberScheduled: 0,
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    numberReady: 0,
    updatedNumberScheduled: 0,
    numberAvailable: 0,
    numberUnavailable: 0,
  };
  for (const node of view.nodes) {
    const pods = view.podsOn.get(node.name) ?? [];
    if (!view.fitness(node).shouldRun) {
      if (pods.length > 0) counts.numberMisscheduled += 1;
      continue;
    }
    counts.desiredNumberScheduled += 1;
    const pod = pods.length > 1 ? oldestFirst(pods)[0] : pods[0];
    if (pod === undefined) continue;
    counts.currentNumberScheduled += 1;
    if (isPodReady(pod)) {
      counts.numberReady += 1;
      if (isAvailable(view, pod)) counts.numberAvailable += 1;
    }
    if (isUpdated(view.set, pod, view.hash)) counts.updatedNumberScheduled += 1;
  }
  counts.numberUnavailable = counts.desiredNumberScheduled - counts.numberAvailable;
  return counts;
}
