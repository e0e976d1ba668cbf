import { expect, test } from "vitest";
import type { Taint, Toleration } from "../../src/api/kubernetes.js";
import { anyTolerates, firstUntolerated, tolerates } from "../../src/api/taints.js";

const taint = (key: string, value: string, effect = "NoSchedule"): Taint => ({
  key,
  value,
  effect,
});

test.each<[string, Toleration, Taint, boolean]>([
  [
    "the same key, value and effect",
    { key: "k", value: "v", effect: "NoSchedule" },
    taint("k", "v"),
    true,
  ],
  ["no operator means Equal", { key: "k", value: "w" }, taint("k", "v"), false],
  ["an empty operator means Equal", { key: "k", value: "v", operator: "" }, taint("k", "v"), true],
  ["no effect means any", { key: "k", value: "v" }, taint("k", "v", "NoExecute"), true],
  ["another effect", { key: "k", value: "v", effect: "NoExecute" }, taint("k", "v"), false],
  ["Exists ignores the value", { key: "k", operator: "Exists" }, taint("k", "v"), true],
  ["Exists without a key tolerates all", { operator: "Exists" }, taint("k", "v"), true],
  [
    "an empty key with Equal compares the value",
    { operator: "Equal", value: "v" },
    taint("k", "v"),
    true,
  ],
  ["an empty value equals no value", { key: "k" }, { key: "k", effect: "NoSchedule" }, true],
  ["an unknown operator", { key: "k", operator: "Near" }, taint("k", "v"), false],
  ["Gt is off by default", { key: "k", operator: "Gt", value: "5" }, taint("k", "6"), false],
])("%s", (_, toleration, against, expected) => {
  expect(tolerates(toleration, against)).toBe(expected);
});

test.each([
  ["Gt", "5", "6", true],
  ["Gt", "5", "5", false],
  ["Lt", "5", "4", true],
  ["Lt", "5", "x", false],
  ["Lt", "05", "4", false],
  ["Gt", "9223372036854775808", "1", false],
])("%s %s against a taint of %s, where versions compare", (operator, limit, value, expected) => {
  const toleration = { key: "k", operator, value: limit };
  expect(tolerates(toleration, taint("k", value), { comparisonOperators: true })).toBe(expected);
});

test("firstUntolerated looks at the named effects only, in order", () => {
  const taints = [taint("a", "", "PreferNoSchedule"), taint("b", ""), taint("c", "")];
  expect(firstUntolerated(taints, [{ key: "b", operator: "Exists" }], ["NoSchedule"])?.key).toBe(
    "c",
  );
  expect(firstUntolerated(taints, [{ operator: "Exists" }], ["NoSchedule"])).toBeUndefined();
  expect(anyTolerates([{ key: "x", operator: "Exists" }], taint("b", ""))).toBe(false);
});
