import fc from "fast-check";
import { expect, test } from "vitest";
import type { PodVersion } from "../../src/api/pod-version.js";
import { OrphanPods } from "../../src/control/orphan-pods.js";

test("it knows the newest version of each pod, by namespace, in the order in which they came", () => {
  const step = fc.record({
    row: fc.nat(4),
    uid: fc.constantFrom("a", "b"),
    version: fc.nat(9),
    isGone: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const orphans = new OrphanPods();
      let plain: PodVersion[] = [];
      for (const { row, uid, version, isGone } of steps) {
        // A pod never leaves its namespace; another one of the same row may have another.
        const namespace = uid === "a" ? "x" : "y";
        const pod = { row, uid, namespace, resourceVersion: version } as PodVersion;
        const known = plain.find((one) => one.row === row);
        if (isGone) {
          expect(orphans.delete(row)).toBe(known !== undefined);
          plain = plain.filter((one) => one !== known);
        } else if (known?.uid === uid) {
          expect(orphans.put(pod)).toBe(known);
          plain = plain.map((one) => (one === known ? pod : one));
        } else {
          expect(orphans.put(pod)).toBeUndefined();
          plain = [...plain.filter((one) => one !== known), pod];
        }
        for (const name of ["x", "y"]) {
          expect([...orphans.in(name)]).toEqual(plain.filter((one) => one.namespace === name));
        }
      }
    }),
  );
});
