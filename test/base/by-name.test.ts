import fc from "fast-check";
import { expect, test } from "vitest";
import { ByName } from "../../src/base/by-name.js";

test("it holds what a Map by both names holds", () => {
  const step = fc.record({
    namespace: fc.constantFrom("", "a", "b"),
    name: fc.constantFrom("x", "y", "__proto__"),
    value: fc.option(fc.nat(9)),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const byName = new ByName<number>();
      const plain = new Map<string, number>();
      for (const { namespace, name, value } of steps) {
        if (value === null) {
          byName.delete(namespace, name);
          plain.delete(`${namespace}/${name}`);
        } else {
          byName.set(namespace, name, value);
          plain.set(`${namespace}/${name}`, value);
        }
        expect(byName.size).toBe(plain.size);
        for (const at of ["", "a", "b"]) {
          const there = [...plain]
            .filter(([key]) => key.startsWith(`${at}/`))
            .map(([, one]) => one);
          expect([...byName.in(at).values()].sort()).toEqual(there.sort());
          for (const one of ["x", "y", "__proto__"]) {
            expect(byName.get(at, one)).toBe(plain.get(`${at}/${one}`));
          }
        }
      }
    }),
  );
});
