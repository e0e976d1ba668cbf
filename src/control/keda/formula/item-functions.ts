import { numbersOf, sumOf } from "./calculations.js";
import { compare, truthOf, type Value } from "./values.js";

/** What an expression over `#` comes to for each item of a list. */
export interface ItemResults {
  readonly items: readonly Value[];
  readonly results: readonly Value[];
}

const truths = ({ results }: ItemResults, name: string): readonly boolean[] =>
  results.map((result) => truthOf(result, name));

/** The items of which a condition holds. */
const held = (of: ItemResults, name: string): readonly Value[] => {
  const all = truths(of, name);
  return of.items.filter((_, i) => all[i]);
};

/**
 * Functions over a list that are given an expression, which is worked out for each item; by what they make
 * of that. Source: expr-lang, "Language Definition".
 */
export const ITEM_FUNCTIONS: Readonly<Record<string, (of: ItemResults) => Value>> = {
  all: (of) => truths(of, "all").every(Boolean),
  any: (of) => truths(of, "any").some(Boolean),
  count: (of) => BigInt(held(of, "count").length),
  filter: (of) => held(of, "filter"),
  find: (of) => held(of, "find")[0] ?? null,
  findIndex: (of) => placeOf(truths(of, "findIndex").indexOf(true)),
  findLast: (of) => held(of, "findLast").at(-1) ?? null,
  findLastIndex: (of) => placeOf(truths(of, "findLastIndex").lastIndexOf(true)),
  map: ({ results }) => results,
  none: (of) => !truths(of, "none").some(Boolean),
  one: (of) => held(of, "one").length === 1,
  sortBy: ({ items, results }) => {
    const keys = numbersOf(results, "sortBy");
    return items
      .map((item, i) => ({ item, key: keys[i]! }))
      .sort((x, y) => compare(x.key, y.key))
      .map(({ item }) => item);
  },
  sum: ({ results }) => sumOf(numbersOf(results, "sum")),
};

/** These also take a list of truths, or of numbers, by itself. */
export const WITHOUT_EXPRESSION: ReadonlySet<string> = new Set(["count", "sum"]);

function placeOf(index: number): Value {
  return index < 0 ? null : BigInt(index);
}
