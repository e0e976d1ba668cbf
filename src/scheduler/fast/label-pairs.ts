import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";

/** Stands for a selector that no single pair of key and value is needed for. */
const ANY_PAIR = "";

function pairOf(key: string, value: string): string {
  return `${key}\n${value}`;
}

export function pairsOf(labels: Labels): readonly string[] {
  return Object.keys(labels).map((key) => pairOf(key, labels[key]!));
}

/** A pair that every pod has which the selector matches; {@link ANY_PAIR} if it needs none. */
export function neededPair(selector: Selector): string {
  let pair = ANY_PAIR;
  for (const { key, operator, values } of selector.requirements) {
    const single = operator === "Equals" || operator === "DoubleEquals" || operator === "In";
    // Requirements are sorted by key; the last one tends to be no less telling than the first.
    if (single && values.length === 1) pair = pairOf(key, values[0]!);
  }
  return pair;
}

/** The things of a pair: most pairs have one thing alone. */
type Entries<T extends object> = Map<string, T | Set<T>>;

/**
 * Finds who has labels that somebody's selectors may match: things by their labels, and by one pair
 * that each of their selectors needs. What is found has still to be matched.
 */
export class PairIndex<T extends object> {
  private readonly byLabel: Entries<T> = new Map();
  private readonly bySelector: Entries<T> = new Map();
  private readonly all = new Set<T>();

  get size(): number {
    return this.all.size;
  }

  add(thing: T, labelPairs: readonly string[], selectorPairs: readonly string[]): void {
    this.all.add(thing);
    for (const pair of labelPairs) enter(this.byLabel, pair, thing);
    for (const pair of selectorPairs) enter(this.bySelector, pair, thing);
  }

  delete(thing: T, labelPairs: readonly string[], selectorPairs: readonly string[]): void {
    this.all.delete(thing);
    for (const pair of labelPairs) leave(this.byLabel, pair, thing);
    for (const pair of selectorPairs) leave(this.bySelector, pair, thing);
  }

  /** Things whose labels the selectors may match, or whose selectors may match the labels. */
  related(labelPairs: readonly string[], selectorPairs: readonly string[]): ReadonlySet<T> {
    if (selectorPairs.includes(ANY_PAIR)) return this.all;
    const found = new Set<T>();
    collect(this.bySelector, ANY_PAIR, found);
    for (const pair of labelPairs) collect(this.bySelector, pair, found);
    for (const pair of selectorPairs) collect(this.byLabel, pair, found);
    return found;
  }
}

function collect<T extends object>(entries: Entries<T>, pair: string, into: Set<T>): void {
  const entry = entries.get(pair);
  if (entry === undefined) return;
  if (entry instanceof Set) for (const thing of entry) into.add(thing);
  else into.add(entry);
}

function enter<T extends object>(entries: Entries<T>, pair: string, thing: T): void {
  const entry = entries.get(pair);
  if (entry === undefined) entries.set(pair, thing);
  else if (entry instanceof Set) entry.add(thing);
  else if (entry !== thing) entries.set(pair, new Set([entry, thing]));
}

function leave<T extends object>(entries: Entries<T>, pair: string, thing: T): void {
  const entry = entries.get(pair);
  if (entry === thing) entries.delete(pair);
  if (!(entry instanceof Set)) return;
  entry.delete(thing);
  if (entry.size === 0) entries.delete(pair);
}
