import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type RawRequirement,
  Requirement,
} from "../../../src/autoscaling/karpenter/requirement.js";
import { MAY_BE_MISSING, Requirements } from "../../../src/autoscaling/karpenter/requirements.js";

const KEY = "example.com/k";
const VALUES = ["1", "2", "3", "7", "a", "b"];

const raw = fc.oneof(
  fc.record({
    key: fc.constant(KEY),
    operator: fc.constantFrom("In", "NotIn"),
    values: fc.subarray(VALUES, { minLength: 1 }),
  }),
  fc.record({ key: fc.constant(KEY), operator: fc.constantFrom("Exists", "DoesNotExist") }),
  fc.record({
    key: fc.constant(KEY),
    operator: fc.constantFrom("Gt", "Lt", "Gte", "Lte"),
    values: fc.integer({ min: 0, max: 8 }).map((bound) => [String(bound)]),
  }),
) as fc.Arbitrary<RawRequirement>;
const requirement = raw.map((one) => Requirement.of(one));

describe("requirements of one label", () => {
  test("an intersection allows what both allow", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const both = a.intersection(b);
        for (const value of VALUES) expect(both.has(value)).toBe(a.has(value) && b.has(value));
      }),
    );
  });

  test("there is an intersection if some value is in both, or neither names its values", () => {
    fc.assert(
      fc.property(requirement, requirement, (a, b) => {
        const shared = [...a.values, ...b.values].some((value) => a.has(value) && b.has(value));
        const isOpen = a.isComplement && b.isComplement;
        const { least, most } = a.intersection(b);
        const crossed = isOpen && least === null && most === null && hasBound(a) && hasBound(b);
        expect(a.hasIntersection(b)).toBe(isOpen ? !crossed : shared);
        expect(b.hasIntersection(a)).toBe(a.hasIntersection(b));
      }),
    );
  });

  test("the same comes of a requirement that is written out and read again", () => {
    fc.assert(
      fc.property(requirement, (one) => {
        const again = new Requirements(one.raw().map((entry) => Requirement.of(entry))).get(KEY);
        for (const value of VALUES) expect(again.has(value)).toBe(one.has(value));
      }),
    );
  });
});

const hasBound = ({ least, most }: Requirement): boolean => least !== null || most !== null;

describe("a node that does not speak of a label", () => {
  const node = new Requirements([Requirement.in("team", ["a"])]);
  const asks = (key: string) => Requirements.ofRaw([{ key, operator: "In", values: ["x"] }]);

  test("is refused by who asks for it, unless every node has it", () => {
    expect(node.isCompatible(asks(KEY), MAY_BE_MISSING)).toBe(false);
    expect(node.incompatibility(asks(KEY), MAY_BE_MISSING)).toEqual({ unknownLabel: KEY });
    expect(node.isCompatible(asks("topology.kubernetes.io/zone"), MAY_BE_MISSING)).toBe(true);
    expect(node.isCompatible(asks("topology.kubernetes.io/zone"))).toBe(false);
  });

  test("is taken by who asks for its absence", () => {
    const absent = Requirements.ofRaw([{ key: KEY, operator: "DoesNotExist" }]);
    expect(node.isCompatible(absent)).toBe(true);
  });

  test("is told by the labels at odds, by name", () => {
    const incoming = Requirements.ofRaw([{ key: "team", operator: "In", values: ["c", "b"] }]);
    const found = node.incompatibility(incoming);
    expect(JSON.stringify(found)).toContain("conflicts");
    const [[b, a] = []] = found !== null && "conflicts" in found ? found.conflicts : [];
    expect(`${b} not in ${a}`).toBe("team In [b c] not in team In [a]");
  });
});
