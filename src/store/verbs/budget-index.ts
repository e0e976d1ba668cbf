import { type Selector, selectorOrNothing } from "../../api/label-selector.js";
import type { AnyVersion, ObjectVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import { SelectorIndex } from "../../api/selector-index.js";
import type { ObjectStore } from "../object-store.js";

type Budget = ObjectVersion<"PodDisruptionBudget">;

interface Entry {
  readonly row: number;
  readonly spec: Budget["spec"];
  readonly selector: Selector;
}

/** Which disruption budgets select a pod, as the store has them now. */
export class BudgetIndex {
  private readonly index = new SelectorIndex<Entry>();
  private readonly entries = new Map<number, Entry>();

  constructor(private readonly store: ObjectStore) {
    for (const budget of store.table("PodDisruptionBudget")) this.put(budget);
    store.observe((before, after) => this.take(before, after));
  }

  /** By row. A selector that cannot be read selects nothing. */
  over({ namespace, labels }: PodVersion): readonly Budget[] {
    const table = this.store.table("PodDisruptionBudget");
    return this.index
      .matching(namespace, labels)
      .toSorted((a, b) => a.row - b.row)
      .map(({ row }) => table.at(row)!);
  }

  private take(before: AnyVersion | null, after: AnyVersion | null): void {
    if ((after ?? before)?.kind !== "PodDisruptionBudget") return;
    if (after === null) this.remove(before as Budget);
    else this.put(after as Budget);
  }

  private put(budget: Budget): void {
    if (this.entries.get(budget.row)?.spec === budget.spec) return;
    this.remove(budget);
    const selector = selectorOrNothing(budget.spec.selector);
    const entry = { row: budget.row, spec: budget.spec, selector };
    this.entries.set(budget.row, entry);
    this.index.add(budget.namespace, entry);
  }

  private remove({ row, namespace }: Budget): void {
    const known = this.entries.get(row);
    if (known !== undefined) this.index.delete(namespace, known);
    this.entries.delete(row);
  }
}
