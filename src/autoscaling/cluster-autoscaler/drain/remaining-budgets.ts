import { type Selector, selectorOrNothing } from "../../../api/label-selector.js";
import type { ObjectVersion } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { SelectorIndex } from "../../../api/selector-index.js";

interface Budget {
  readonly selector: Selector;
  /** How many more of its pods may be disrupted; below zero when more were counted than that. */
  left: number;
}

/**
 * What disruption budgets allow within one loop: it sinks with every node that is found removable, so that
 * nodes are not planned to go together whose pods may not.
 */
export class RemainingBudgets {
  private readonly budgets = new SelectorIndex<Budget>();

  /** A budget whose selector cannot be read, or is not there, matches nothing. */
  constructor(budgets: readonly ObjectVersion<"PodDisruptionBudget">[]) {
    for (const { namespace, spec, status } of budgets) {
      const selector = selectorOrNothing(spec.selector);
      this.budgets.add(namespace, { selector, left: status.disruptionsAllowed ?? 0 });
    }
  }

  private of({ namespace, labels }: PodVersion): readonly Budget[] {
    return this.budgets.matching(namespace, labels);
  }

  hasAny(pod: PodVersion): boolean {
    return this.of(pod).length > 0;
  }

  /** True when no budget of the pod forbids that it is disrupted. */
  allows(pod: PodVersion): boolean {
    return this.of(pod).every(({ left }) => left >= 1);
  }

  /** True when all of the pods may be disrupted at once. */
  allowsTogether(pods: readonly PodVersion[]): boolean {
    const counts = new Map<Budget, number>();
    for (const pod of pods) {
      for (const budget of this.of(pod)) counts.set(budget, (counts.get(budget) ?? 0) + 1);
    }
    for (const [{ left }, count] of counts) if (count > left) return false;
    return true;
  }

  /** Counts the pods as disrupted. */
  take(pods: readonly PodVersion[]): void {
    for (const pod of pods) for (const budget of this.of(pod)) budget.left -= 1;
  }
}
