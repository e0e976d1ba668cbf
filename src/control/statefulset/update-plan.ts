import type { PodVersion } from "../../api/pod-version.js";
import { revisionOf } from "./identity.js";
import type { Places } from "./places.js";
import { deletionOf, type PodTask } from "./pod-tasks.js";
import {
  isAvailable,
  isParallel,
  isTerminating,
  isUnavailable,
  isUnhealthy,
  maxUnavailable,
  type StatefulView,
} from "./stateful-view.js";

/**
 * The pods of old revisions that a rolling update deletes next, from the highest ordinal down to the
 * partition. The pods that are to be made are of the right revision and count as unavailable.
 * Source: Kubernetes, "StatefulSets: Rolling Updates"; KEP-961.
 */
export function updateTasks(view: StatefulView, places: Places): readonly PodTask[] {
  if (!places.mayHaveOld) return [];
  const replicas = Array.from({ length: places.count }, (_, place) => places.at(place));
  const partition = view.set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const targets = replicas.slice(partition).reverse();
  if (!view.features.MaxUnavailableStatefulSet) return oneByOne(view, targets).map(deletionOf);
  const unavailable = replicas.filter((pod) => isUnavailable(view, pod)).length;
  const budget = maxUnavailable(view.set) - unavailable;
  const isOld = (pod: PodVersion | undefined) =>
    pod !== undefined && revisionOf(pod) !== view.update.name && !isTerminating(pod);
  const old = targets.filter(isOld) as PodVersion[];
  if (!isParallel(view.set)) return old.slice(0, Math.max(0, budget)).map(deletionOf);
  const broken = old.filter((pod) => !isAvailable(view, pod));
  const working = old.filter((pod) => isAvailable(view, pod));
  return [...broken, ...working.slice(0, Math.max(0, budget))].map(deletionOf);
}

/** The first old pod, unless one before it has to be waited for. */
function oneByOne(view: StatefulView, targets: readonly (PodVersion | undefined)[]): PodVersion[] {
  for (const pod of targets) {
    if (pod !== undefined && revisionOf(pod) !== view.update.name && !isTerminating(pod)) {
      return [pod];
    }
    if (isUnhealthy(view, pod)) return [];
  }
  return [];
}
