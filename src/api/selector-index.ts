import type { Labels } from "./kubernetes.js";
import type { Requirement, Selector } from "./label-selector.js";

/** Something with a selector. */
interface Selecting {
  readonly selector: Selector;
}

interface Place<E> {
  readonly entry: E;
  /** Grows with each that is added. */
  readonly ordinal: number;
  /** The label that it needs and stands under; null: it needs none by value. */
  readonly key: string | null;
  readonly values: readonly string[];
}

/** What selects in one namespace. */
interface Selecters<E> {
  /** By key and value of a label that each of them needs. */
  readonly byLabel: Map<string, Map<string, Set<Place<E>>>>;
  /** Those that need no label by its value: they are all tried. */
  readonly others: Set<Place<E>>;
}

const NEEDS_VALUE: ReadonlySet<Requirement["operator"]> = new Set(["In", "Equals", "DoubleEquals"]);

/**
 * Which of many selectors in a namespace match a set of labels. Each stands under a label that it needs, of several
 * under the one that fewest of the others stand under, so that those of other applications are not tried.
 */
export class SelectorIndex<E extends Selecting> {
  private readonly namespaces = new Map<string, Selecters<E>>();
  private readonly places = new Map<E, Place<E>>();
  private added = 0;

  add(namespace: string, entry: E): void {
    let selecters = this.namespaces.get(namespace);
    if (selecters === undefined) {
      selecters = { byLabel: new Map(), others: new Set() };
      this.namespaces.set(namespace, selecters);
    }
    const { key, values } = rarest(selecters, entry.selector);
    const place = { entry, ordinal: this.added, key, values };
    this.added += 1;
    this.places.set(entry, place);
    if (key === null) selecters.others.add(place);
    for (const value of values) roomFor(selecters, key!, value).add(place);
  }

  delete(namespace: string, entry: E): void {
    const place = this.places.get(entry);
    const selecters = this.namespaces.get(namespace);
    if (place === undefined || selecters === undefined) return;
    this.places.delete(entry);
    selecters.others.delete(place);
    const byValue = selecters.byLabel.get(place.key ?? "");
    for (const value of place.values) {
      const room = byValue?.get(value);
      room?.delete(place);
      if (room?.size === 0) byValue?.delete(value);
    }
    if (byValue?.size === 0) selecters.byLabel.delete(place.key ?? "");
    const isEmpty = selecters.others.size === 0 && selecters.byLabel.size === 0;
    if (isEmpty) this.namespaces.delete(namespace);
  }

  /** Those that match, in the order in which they were added. */
  matching(namespace: string, labels: Labels): readonly E[] {
    const selecters = this.namespaces.get(namespace);
    if (selecters === undefined) return NONE;
    let found: Place<E>[] | null = null;
    const take = (places: Iterable<Place<E>>): void => {
      for (const place of places) {
        if (!place.entry.selector.matches(labels)) continue;
        if (found === null) found = [place];
        else found.push(place);
      }
    };
    for (const [key, byValue] of selecters.byLabel) {
      const value: unknown = labels[key];
      const places = typeof value === "string" ? byValue.get(value) : undefined;
      if (places !== undefined) take(places);
    }
    if (selecters.others.size > 0) take(selecters.others);
    return found === null ? NONE : inOrder(found);
  }
}

const NONE: readonly never[] = [];

function inOrder<E>(found: readonly Place<E>[]): readonly E[] {
  const sorted = found.length > 1 ? found.toSorted((a, b) => a.ordinal - b.ordinal) : found;
  return sorted.map(({ entry }) => entry);
}

/** The label under which a selector is found among the fewest others. */
function rarest<E>(
  { byLabel }: Selecters<E>,
  selector: Selector,
): { readonly key: string | null; readonly values: readonly string[] } {
  let best: { key: string | null; values: readonly string[] } = { key: null, values: [] };
  let fewest = Number.POSITIVE_INFINITY;
  if (selector.matchesNothing) return best;
  for (const { key, operator, values } of selector.requirements) {
    if (!NEEDS_VALUE.has(operator)) continue;
    const distinct = [...new Set(values)];
    let others = 0;
    for (const value of distinct) others += byLabel.get(key)?.get(value)?.size ?? 0;
    if (others >= fewest) continue;
    fewest = others;
    best = { key, values: distinct };
  }
  return best;
}

function roomFor<E>({ byLabel }: Selecters<E>, key: string, value: string): Set<Place<E>> {
  let byValue = byLabel.get(key);
  if (byValue === undefined) {
    byValue = new Map();
    byLabel.set(key, byValue);
  }
  let room = byValue.get(value);
  if (room === undefined) {
    room = new Set();
    byValue.set(value, room);
  }
  return room;
}
