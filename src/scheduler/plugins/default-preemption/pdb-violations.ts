import { type Selector, SelectorError, compileLabelSelector } from "../../../api/label-selector.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodInfo } from "../../framework/pod-info.js";

/** A PodDisruptionBudget, ready for use. */
export interface Budget {
  readonly namespace: string;
  readonly selector: Selector;
  readonly disruptionsAllowed: number;
  /** Pods whose disruption the API server has counted already. */
  readonly disruptedPods: ReadonlySet<string>;
}

/** Budgets that can match anything: an absent or empty selector matches no pod here. */
export function budgetsOf(
  budgets: readonly ObjectVersion<"PodDisruptionBudget">[],
): readonly Budget[] {
  return budgets.flatMap((pdb) => {
    const selector = compileLabelSelector(pdb.spec.selector);
    if (selector instanceof SelectorError) return [];
    if (selector.matchesNothing || selector.matchesEverything) return [];
    return {
      namespace: pdb.namespace,
      selector,
      disruptionsAllowed: pdb.status?.disruptionsAllowed ?? 0,
      disruptedPods: new Set(Object.keys(pdb.status?.disruptedPods ?? {})),
    };
  });
}

/**
 * Splits pods, in their order, into those whose eviction would break a budget and the others.
 * With `upToFirst` budgets after the first that a pod would break are not counted down for it. Source:
 * kube-scheduler, filterPodsWithPDBViolation and (v1.37) FilterVictimsWithPDBViolation.
 */
export function splitByViolation(
  pods: readonly PodInfo[],
  budgets: readonly Budget[],
  options: { readonly upToFirst: boolean },
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  const allowed = budgets.map(({ disruptionsAllowed }) => disruptionsAllowed);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    let violates = false;
    for (let i = 0; i < budgets.length; i += 1) {
      if (!concerns(budgets[i]!, info)) continue;
      allowed[i]! -= 1;
      if (allowed[i]! >= 0) continue;
      violates = true;
      if (options.upToFirst) break;
    }
    (violates ? violating : others).push(info);
  }
  return { violating, others };
}

function concerns(budget: Budget, { pod }: PodInfo): boolean {
  return (
    budget.namespace === pod.namespace &&
    !budget.disruptedPods.has(pod.name) &&
    Object.keys(pod.labels).length > 0 &&
    budget.selector.matches(pod.labels)
  );
}
