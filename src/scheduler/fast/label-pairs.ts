import type { Labels } from "../../api/kubernetes.js";
import type { Selector } from "../../api/label-selector.js";

/** A label that a selector needs; null if no single one is needed. */
export interface LabelPair {
  readonly key: string;
  readonly value: string;
}

const ANY_PAIR: LabelPair = Object.freeze({ key: "", value: "" });

/** A pair that every pod has which the selector matches; {@link ANY_PAIR} if it needs none. */
export function neededPair(selector: Selector): LabelPair {
  let pair = ANY_PAIR;
  for (const { key, operator, values } of selector.requirements) {
    const single = operator === "Equals" || operator === "DoubleEquals" || operator === "In";
    // Requirements are sorted by key; the last one tends to be no less telling than the first.
    if (single && values.length === 1) pair = { key, value: values[0]! };
  }
  return pair;
}

/** The things of a pair: most pairs have one thing alone. */
type Entry<T extends object> = T | Set<T>;

/** Things by a pair of key and value. */
class Entries<T extends object> {
  private readonly byKey = new Map<string, Map<string, Entry<T>>>();

  get(key: string, value: string): Entry<T> | undefined {
    return this.byKey.get(key)?.get(value);
  }

  enter(key: string, value: string, thing: T): void {
    let byValue = this.byKey.get(key);
    if (byValue === undefined) {
      byValue = new Map();
      this.byKey.set(key, byValue);
    }
    const entry = byValue.get(value);
    if (entry === undefined) byValue.set(value, thing);
    else if (entry instanceof Set) entry.add(thing);
    else if (entry !== thing) byValue.set(value, new Set([entry, thing]));
  }

  leave(key: string, value: string, thing: T): void {
    const byValue = this.byKey.get(key);
    const entry = byValue?.get(value);
    if (byValue === undefined || entry === undefined) return;
    if (entry instanceof Set) {
      entry.delete(thing);
      if (entry.size > 0) return;
    } else if (entry !== thing) return;
    byValue.delete(value);
    if (byValue.size === 0) this.byKey.delete(key);
  }
}

/**
 * Finds who has labels that somebody's selectors may match: things by their labels, and by one pair
 * that each of their selectors needs. What is found has still to be matched.
 */
export class PairIndex<T extends object> {
  private readonly byLabel = new Entries<T>();
  private readonly bySelector = new Entries<T>();
  private readonly all = new Set<T>();

  get size(): number {
    return this.all.size;
  }

  add(thing: T, labels: Labels, selectorPairs: readonly LabelPair[]): void {
    this.all.add(thing);
    for (const key in labels) this.byLabel.enter(key, labels[key]!, thing);
    for (const { key, value } of selectorPairs) this.bySelector.enter(key, value, thing);
  }

  delete(thing: T, labels: Labels, selectorPairs: readonly LabelPair[]): void {
    this.all.delete(thing);
    for (const key in labels) this.byLabel.leave(key, labels[key]!, thing);
    for (const { key, value } of selectorPairs) this.bySelector.leave(key, value, thing);
  }

  /** Things whose labels the selectors may match, or whose selectors may match the labels. */
  related(labels: Labels, selectorPairs: readonly LabelPair[]): Iterable<T> {
    const found: T[] = [];
    for (const pair of selectorPairs) {
      if (pair.key === "") return this.all;
      collect(this.byLabel.get(pair.key, pair.value), found);
    }
    collect(this.bySelector.get("", ""), found);
    for (const key in labels) collect(this.bySelector.get(key, labels[key]!), found);
    return found.length > 8 ? new Set(found) : found;
  }
}

/** Adds what is not there yet, as long as that is cheap to tell. */
function collect<T extends object>(entry: Entry<T> | undefined, into: T[]): void {
  if (entry === undefined) return;
  if (!(entry instanceof Set)) {
    if (into.length > 8 || !into.includes(entry)) into.push(entry);
    return;
  }
  for (const thing of entry) if (into.length > 8 || !into.includes(thing)) into.push(thing);
}
