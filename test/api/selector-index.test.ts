import fc from "fast-check";
import { expect, it } from "vitest";
import { type Requirement, Selector, selectorFromLabels } from "../../src/api/label-selector.js";
import { SelectorIndex } from "../../src/api/selector-index.js";

const KEYS = ["app", "tier", "constructor"];
const VALUES = ["a", "b", "c"];

const requirement: fc.Arbitrary<Requirement> = fc.oneof(
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom("In" as const, "NotIn" as const, "Equals" as const),
    values: fc.array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    key: fc.constantFrom(...KEYS),
    operator: fc.constantFrom("Exists" as const, "DoesNotExist" as const),
    values: fc.constant([]),
  }),
);
const selector = fc.oneof(
  { weight: 6, arbitrary: fc.array(requirement, { maxLength: 3 }).map((all) => Selector.of(all)) },
  { weight: 1, arbitrary: fc.constant(Selector.nothing) },
);
const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES));
const namespace = fc.constantFrom("one", "two");
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: selector, namespace }) },
  { weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
);

it("finds those that match, in the order in which they came, as trying all of them does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), labels, (steps, asked) => {
      const index = new SelectorIndex<{ readonly selector: Selector; readonly number: number }>();
      const plain: { entry: { selector: Selector; number: number }; namespace: string }[] = [];
      let number = 0;
      for (const one of steps) {
        if ("add" in one) {
          const entry = { selector: one.add, number: number++ };
          index.add(one.namespace, entry);
          plain.push({ entry, namespace: one.namespace });
        } else if (plain.length > 0) {
          const [gone] = plain.splice(one.remove % plain.length, 1);
          index.delete(gone!.namespace, gone!.entry);
        }
      }
      for (const where of ["one", "two", "three"]) {
        const expected = plain
          .filter((one) => one.namespace === where && one.entry.selector.matches(asked))
          .map(({ entry }) => entry.number);
        expect(index.matching(where, asked).map((entry) => entry.number)).toEqual(expected);
      }
    }),
  );
});

it("does not try the selectors of other applications, whichever of their labels is common", () => {
  let tried = 0;
  const index = new SelectorIndex<{ readonly selector: Selector }>();
  const counting = (of: Selector): { readonly selector: Selector } => ({
    get selector() {
      tried += 1;
      return of;
    },
  });
  for (let i = 0; i < 500; i++) {
    index.add("one", counting(selectorFromLabels({ all: "yes", name: `app-${i}`, tier: "web" })));
  }
  tried = 0;
  expect(index.matching("one", { all: "yes", name: "app-77", tier: "web" })).toHaveLength(1);
  expect(tried).toBeLessThan(5);
});
