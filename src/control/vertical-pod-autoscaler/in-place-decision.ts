import type { PodVersion } from "../../api/pod-version.js";
import { updateModeOf } from "./container-policy.js";
import { type DisruptionGroups, resizeStatusOf } from "./disruption-groups.js";
import type { Recommendation } from "./recommendation.js";
import type { AutoscalerObject } from "./recommender.js";
import { isLowerThan } from "./update-priority.js";
import type { UpdaterSettings } from "./updater-settings.js";

/**
 * What comes of the wish to resize a pod in place. `infeasible`: it did not fit its node, and is tried again;
 * `known infeasible`: nor would it now.
 */
export type InPlaceDecision = "approved" | "deferred" | "evict" | "infeasible" | "known infeasible";

/** The recommendations at which resizes in place did not fit the pods' nodes, by the pods' UIDs. */
export type InfeasibleAttempts = ReadonlyMap<string, Recommendation>;

/** Source: VPA, CanInPlaceUpdate (1.8). */
export function inPlaceDecision(
  pod: PodVersion,
  { spec, status }: Pick<AutoscalerObject, "spec" | "status">,
  groups: DisruptionGroups,
  {
    settings,
    infeasible,
  }: { readonly settings: UpdaterSettings; readonly infeasible: InfeasibleAttempts },
): InPlaceDecision {
  const { recommendation } = status;
  if (!groups.knows(pod) || pod.phase === "Pending" || recommendation == null) return "deferred";
  const neverEvicts = updateModeOf(spec) === "InPlace";
  const last = neverEvicts ? infeasible.get(pod.uid) : undefined;
  if (last !== undefined && !isLowerThan(recommendation, last)) {
    return "known infeasible";
  }
  const resize = resizeStatusOf(pod);
  if (resize !== "none") {
    if (neverEvicts) return resize === "infeasible" ? "infeasible" : "deferred";
    return groups.canEvictResizing(pod) ? "evict" : "deferred";
  }
  if (settings.inPlaceSkipDisruptionBudget && !restartsContainers(pod)) return "approved";
  return groups.mayDisturb(pod) ? "approved" : "deferred";
}

function restartsContainers({ spec }: PodVersion): boolean {
  return spec.containers.some(({ resizePolicy = [] }) =>
    resizePolicy.some(({ restartPolicy }) => restartPolicy === "RestartContainer"),
  );
}
