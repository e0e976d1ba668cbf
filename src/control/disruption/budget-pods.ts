import type { Selector } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import { SelectorIndex } from "../../api/selector-index.js";
import type { Selectors } from "../selectors.js";
import type { Budget } from "./budget-status.js";
import { PodFigures, type SelectedPods } from "./selected-pods.js";

/** A budget that selects a pod. */
export interface Selecting {
  readonly budget: Budget;
}

interface Entry extends Selecting {
  readonly selector: Selector;
  readonly pods: PodFigures;
}

/** Which pods each budget selects, kept pod by pod. */
export class BudgetPods {
  private readonly entries = new Map<number, Entry>();
  private readonly index = new SelectorIndex<Entry>();
  /** By row of the pod: those that select it, in the order in which they were taken. */
  private readonly selecting: (readonly Entry[])[] = [];

  constructor(private readonly selectors: Selectors) {}

  of(budgetRow: number): SelectedPods {
    return this.entries.get(budgetRow)?.pods ?? new PodFigures(null);
  }

  /** Takes a budget; `allPods` are looked at if its selector is a new one. */
  putBudget(budget: Budget, allPods: Iterable<PodVersion>): void {
    const known = this.entries.get(budget.row);
    if (known !== undefined && known.budget.spec.selector === budget.spec.selector) return;
    this.removeBudget(budget);
    const selector = this.selectors.of(budget.spec.selector);
    const pods = new PodFigures(this.selectors.errorOf(budget.spec.selector));
    const entry: Entry = { budget, selector, pods };
    this.entries.set(budget.row, entry);
    this.index.add(budget.namespace, entry);
    for (const pod of allPods) {
      if (pod.namespace !== budget.namespace || !selector.matches(pod.labels)) continue;
      this.selecting[pod.row] = [...(this.selecting[pod.row] ?? NONE), entry];
      pods.put(pod);
    }
  }

  removeBudget({ row, namespace }: Budget): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    this.index.delete(namespace, entry);
    for (const pod of entry.pods) {
      this.selecting[pod.row] = this.selecting[pod.row]!.filter((other) => other !== entry);
    }
  }

  /** Takes a pod that is new, or has other labels than before; the budgets that select it. */
  addPod(pod: PodVersion): readonly Selecting[] {
    const found = this.index.matching(pod.namespace, pod.labels);
    this.selecting[pod.row] = found;
    for (const { pods } of found) pods.put(pod);
    return found;
  }

  /** Takes a new version of a pod, of the same labels; the budgets that select it. */
  updatePod(pod: PodVersion): readonly Selecting[] {
    const found = this.selecting[pod.row] ?? NONE;
    for (const { pods } of found) pods.put(pod);
    return found;
  }

  /** The budgets that select the pod of that row. */
  selectingPod(podRow: number): readonly Selecting[] {
    return this.selecting[podRow] ?? NONE;
  }

  /** Forgets a pod; the budgets that selected it. */
  removePod(pod: PodVersion): readonly Selecting[] {
    const found = this.selecting[pod.row] ?? NONE;
    this.selecting[pod.row] = NONE;
    for (const { pods } of found) pods.remove(pod.row);
    return found;
  }
}

const NONE: readonly Entry[] = [];
