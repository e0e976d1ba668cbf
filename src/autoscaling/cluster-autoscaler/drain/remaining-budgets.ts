import { compileLabelSelector, Selector } from "../../../api/label-selector.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";

interface Budget {
  readonly namespace: string;
  readonly selector: Selector;
  /** How many more of its pods may be disrupted; below zero when more were counted than that. */
  left: number;
}

/**
 * What disruption budgets allow within one loop: it sinks with every node that is found removable, so that
 * nodes are not planned to go together whose pods may not.
 */
export class RemainingBudgets {
  private readonly budgets: readonly Budget[];

  /** A budget whose selector cannot be read, or is not there, matches nothing. */
  constructor(budgets: readonly ObjectVersion<"PodDisruptionBudget">[]) {
    this.budgets = budgets.map(({ namespace, spec, status }) => {
      const compiled = compileLabelSelector(spec.selector);
      const selector = compiled instanceof Selector ? compiled : Selector.nothing;
      return { namespace, selector, left: status.disruptionsAllowed ?? 0 };
    });
  }

  private of(pod: PodVersion): readonly Budget[] {
    return this.budgets.filter((budget) => covers(budget, pod));
  }

  hasAny(pod: PodVersion): boolean {
    return this.budgets.some((budget) => covers(budget, pod));
  }

  /** True when no budget of the pod forbids that it is disrupted. */
  allows(pod: PodVersion): boolean {
    return this.of(pod).every(({ left }) => left >= 1);
  }

  /** True when all of the pods may be disrupted at once. */
  allowsTogether(pods: readonly PodVersion[]): boolean {
    return this.budgets.every(
      (budget) => pods.filter((pod) => covers(budget, pod)).length <= Math.max(0, budget.left),
    );
  }

  /** Counts the pods as disrupted. */
  take(pods: readonly PodVersion[]): void {
    for (const pod of pods) for (const budget of this.of(pod)) budget.left -= 1;
  }
}

function covers({ namespace, selector }: Budget, pod: PodVersion): boolean {
  return pod.namespace === namespace && selector.matches(pod.labels);
}
