import { labelOf } from "../../api/label-of.js";
import type { Labels } from "../../api/kubernetes.js";

type Counts = Map<string, Map<string, number>>;

/**
 * How often something holds in each topology domain (label key and value). A clone shares what was
 * counted before and keeps its own changes apart, so a what-if on one node costs little.
 */
export class TopologyCounts {
  private readonly base: Counts;
  private readonly changes: Counts;
  private nonZero: number;
  private shared: boolean;

  private constructor(base: Counts, changes: Counts, nonZero: number, shared: boolean) {
    this.base = base;
    this.changes = changes;
    this.nonZero = nonZero;
    this.shared = shared;
  }

  static empty(): TopologyCounts {
    return new TopologyCounts(new Map(), new Map(), 0, false);
  }

  /** True when no domain counts anything. */
  get isEmpty(): boolean {
    return this.nonZero === 0;
  }

  get(key: string, value: string): number {
    return this.changes.get(key)?.get(value) ?? this.base.get(key)?.get(value) ?? 0;
  }

  /** Adds to the domain that a node of these labels lies in; to none if it lacks the key. */
  add(key: string, labels: Labels, amount: number): void {
    const value = labelOf(labels, key);
    if (value === undefined) return;
    const before = this.get(key, value);
    const after = before + amount;
    if (before === 0 && after !== 0) this.nonZero += 1;
    else if (before !== 0 && after === 0) this.nonZero -= 1;
    const counts = this.shared ? this.changes : this.base;
    const domains = counts.get(key);
    if (domains === undefined) counts.set(key, new Map([[value, after]]));
    else domains.set(value, after);
  }

  /** Keys that were ever counted. */
  keys(): Iterable<string> {
    return this.changes.size === 0
      ? this.base.keys()
      : new Set([...this.base.keys(), ...this.changes.keys()]);
  }

  clone(): TopologyCounts {
    this.shared = true;
    const changes: Counts = new Map();
    for (const [key, domains] of this.changes) changes.set(key, new Map(domains));
    return new TopologyCounts(this.base, changes, this.nonZero, true);
  }
}
