import { describe, expect, test } from "vitest";
import fc from "fast-check";
import {
  type Selector,
  SelectorError,
  compileLabelSelector,
  parseInt64,
  parseSelector,
  selectorFromLabels,
} from "../../src/api/label-selector.js";
import type { LabelSelector } from "../../src/api/kubernetes.js";

function compiled(selector: LabelSelector | null | undefined): Selector {
  const result = compileLabelSelector(selector);
  if (result instanceof SelectorError) throw new Error(result.message);
  return result;
}

describe("compileLabelSelector", () => {
  test("an absent selector matches nothing, an empty one everything", () => {
    expect(compiled(undefined).matches({ a: "b" })).toBe(false);
    expect(compiled(null).matchesNothing).toBe(true);
    expect(compiled({}).matches({ a: "b" })).toBe(true);
    expect(compiled({}).matchesEverything).toBe(true);
  });

  test("labels and expressions must all hold", () => {
    const selector = compiled({
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "NotIn", values: ["back"] },
        { key: "old", operator: "DoesNotExist" },
      ],
    });
    expect(selector.matches({ app: "web" })).toBe(true);
    expect(selector.matches({ app: "web", tier: "back" })).toBe(false);
    expect(selector.matches({ app: "web", old: "" })).toBe(false);
    expect(selector.matches({ tier: "front" })).toBe(false);
  });

  test.each([
    [{ matchExpressions: [{ key: "a", operator: "In" }] }, "at least one value"],
    [{ matchExpressions: [{ key: "a", operator: "Exists", values: ["x"] }] }, "must be empty"],
    [{ matchExpressions: [{ key: "a", operator: "Near", values: ["x"] }] }, "must be one of In"],
    [{ matchLabels: { "a/b/c": "x" } }, "at most one prefix"],
    [{ matchLabels: { a: "-x" } }, "start and end with a letter or digit"],
  ])("refuses %j", (selector, because) => {
    const error = compileLabelSelector(selector);
    expect(error).toBeInstanceOf(SelectorError);
    expect((error as SelectorError).message).toContain(because);
  });

  test("names that every object inherits are no labels", () => {
    const exists = compiled({ matchExpressions: [{ key: "constructor", operator: "Exists" }] });
    expect(exists.matches({})).toBe(false);
    expect(exists.matches({ constructor: "x" })).toBe(true);
  });
});

describe("parseSelector", () => {
  test.each([
    ["a in (b", "',' or ')'"],
    ["a in b", "'('"],
    ["a=b,", "a label key"],
    ["=a", "a label key"],
    ["a b", "one of =, =="],
    ["a>x", "must be an integer"],
  ])("refuses %j and says what is expected", (text, expected) => {
    const error = parseSelector(text);
    expect(error).toBeInstanceOf(SelectorError);
    expect((error as SelectorError).message).toContain(expected);
  });

  test("its text reads as the same selector", () => {
    const word = fc.constantFrom("a", "b", "c.d/e", "x-1");
    const requirement = fc.oneof(
      fc.tuple(word, word).map(([key, value]) => `${key}=${value}`),
      fc.tuple(word, word).map(([key, value]) => `${key}!=${value}`),
      fc
        .tuple(word, fc.array(fc.constantFrom("u", "v", ""), { minLength: 1 }))
        .map(([key, values]) => `${key} in (${values.join(",")})`),
      word,
      word.map((key) => `!${key}`),
    );
    const labels = fc.dictionary(word, fc.constantFrom("u", "v", "a", ""));
    fc.assert(
      fc.property(fc.array(requirement), labels, (list, set) => {
        const first = parseSelector(list.join(",").replaceAll("c.d/e=c.d/e", "c.d/e"));
        if (first instanceof SelectorError) return;
        const again = parseSelector(first.toString()) as Selector;
        expect(again.toString()).toBe(first.toString());
        expect(again.matches(set)).toBe(first.matches(set));
      }),
    );
  });
});

test("selectorFromLabels needs every label", () => {
  const selector = selectorFromLabels({ b: "2", a: "1" });
  expect(selector.toString()).toBe("a=1,b=2");
  expect(selector.matches({ a: "1", b: "2", c: "3" })).toBe(true);
  expect(selector.matches({ a: "1" })).toBe(false);
});

test.each([
  ["7", 7n],
  ["-7", -7n],
  ["+7", 7n],
  ["9223372036854775807", 2n ** 63n - 1n],
  ["9223372036854775808", undefined],
  ["1.0", undefined],
  ["", undefined],
])("parseInt64(%j) is %s", (text, value) => {
  expect(parseInt64(text)).toBe(value);
});
