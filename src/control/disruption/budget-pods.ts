import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { Selectors } from "../selectors.js";
import type { Budget } from "./budget-status.js";

interface Entry {
  readonly budget: Budget;
  readonly selector: Selector;
  readonly pods: Map<number, PodVersion>;
}

/** Which pods each budget selects, kept pod by pod. */
export class BudgetPods {
  private readonly entries = new Map<number, Entry>();
  private readonly byNamespace = new Map<string, Entry[]>();

  constructor(private readonly selectors: Selectors) {}

  of(budgetRow: number): readonly PodVersion[] {
    return [...(this.entries.get(budgetRow)?.pods.values() ?? [])];
  }

  /** Takes a budget; `allPods` are looked at if its selector is a new one. */
  putBudget(budget: Budget, allPods: Iterable<PodVersion>): void {
    const known = this.entries.get(budget.row);
    if (known !== undefined && known.budget.spec.selector === budget.spec.selector) return;
    this.removeBudget(budget);
    const selector = this.selectors.of(budget.spec.selector);
    const entry: Entry = { budget, selector, pods: new Map() };
    this.entries.set(budget.row, entry);
    const others = this.byNamespace.get(budget.namespace) ?? [];
    this.byNamespace.set(budget.namespace, [...others, entry]);
    for (const pod of allPods) {
      if (pod.namespace === budget.namespace && selector.matches(pod.labels)) {
        entry.pods.set(pod.row, pod);
      }
    }
  }

  removeBudget({ row, namespace }: Budget): void {
    const entry = this.entries.get(row);
    if (entry === undefined) return;
    this.entries.delete(row);
    const others = (this.byNamespace.get(namespace) ?? []).filter((other) => other !== entry);
    this.byNamespace.set(namespace, others);
  }

  /** Takes a pod; the budgets that select it. */
  putPod(pod: PodVersion): readonly Budget[] {
    const found = this.matching(pod.namespace, pod.labels);
    for (const entry of found) entry.pods.set(pod.row, pod);
    return found.map(({ budget }) => budget);
  }

  /** Forgets a pod; the budgets that selected it. */
  removePod(pod: PodVersion): readonly Budget[] {
    const found = this.matching(pod.namespace, pod.labels);
    for (const entry of found) entry.pods.delete(pod.row);
    return found.map(({ budget }) => budget);
  }

  private matching(namespace: string, labels: Labels): readonly Entry[] {
    const entries = this.byNamespace.get(namespace);
    if (entries === undefined || entries.length === 0) return NONE;
    return entries.filter(({ selector }) => selector.matches(labels));
  }
}

const NONE: readonly Entry[] = [];
