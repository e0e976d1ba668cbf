import { describe, expect, test } from "vitest";
import { defaultNodePool } from "../../../src/api/defaults/node-pool.js";
import type { NodePoolSpec } from "../../../src/api/schemas/types.js";
import { FieldIssues } from "../../../src/api/validation/field-issue.js";
import { validateNodePool } from "../../../src/api/validation/node-pool.js";

const nodeClassRef = { group: "karpenter.kwok.sh", kind: "KWOKNodeClass", name: "default" };
const template = { spec: { nodeClassRef, requirements: [] } };

function refusals(change: Partial<NodePoolSpec>): readonly string[] {
  const issues = new FieldIssues();
  validateNodePool({ template, ...change }, issues);
  return issues.list.map(({ field }) => field);
}

const asking = (requirement: NodePoolSpec["template"]["spec"]["requirements"][number]) => ({
  template: { spec: { nodeClassRef, requirements: [requirement] } },
});
const REQUIREMENT = "spec.template.spec.requirements[0]";

describe("a NodePool", () => {
  test("gets the defaults of its CustomResourceDefinition", () => {
    const { disruption, template: made } = defaultNodePool({ template });
    expect(disruption).toEqual({
      budgets: [{ nodes: "10%" }],
      consolidateAfter: "0s",
      consolidationPolicy: "WhenEmptyOrUnderutilized",
    });
    expect(made.spec.expireAfter).toBe("720h");
    expect(refusals(defaultNodePool({ template }))).toEqual([]);
  });

  test.each<[string, Partial<NodePoolSpec>, string]>([
    ["a weight of 0", { weight: 0 }, "spec.weight"],
    ["a weight beside replicas", { weight: 3, replicas: 2 }, "spec.weight"],
    ["a limit of CPU beside replicas", { limits: { cpu: "4" }, replicas: 2 }, "spec.limits"],
    ["an unknown operator", asking({ key: "a", operator: "Has" }), `${REQUIREMENT}.operator`],
    ["no value for In", asking({ key: "a", operator: "In" }), `${REQUIREMENT}.values`],
    [
      "a bound that is no number",
      asking({ key: "a", operator: "Gt", values: ["x"] }),
      `${REQUIREMENT}.values`,
    ],
    [
      "the pool's own label",
      asking({ key: "karpenter.sh/nodepool", operator: "Exists" }),
      `${REQUIREMENT}.key`,
    ],
    [
      "a hostname",
      asking({ key: "kubernetes.io/hostname", operator: "Exists" }),
      `${REQUIREMENT}.key`,
    ],
    [
      "more different values than there are",
      asking({ key: "a", operator: "In", values: ["x"], minValues: 2 }),
      `${REQUIREMENT}.minValues`,
    ],
    [
      "an unknown policy",
      { disruption: { consolidationPolicy: "Always" } },
      "spec.disruption.consolidationPolicy",
    ],
    [
      "no duration",
      { disruption: { consolidateAfter: "soon" } },
      "spec.disruption.consolidateAfter",
    ],
    [
      "a budget that cannot be read",
      { disruption: { budgets: [{ nodes: "half" }] } },
      "spec.disruption.budgets[0].nodes",
    ],
    [
      "a schedule without a duration",
      { disruption: { budgets: [{ nodes: "1", schedule: "@daily" }] } },
      "spec.disruption.budgets[0]",
    ],
    [
      "a reason that there is not",
      { disruption: { budgets: [{ nodes: "1", reasons: ["Expired"] }] } },
      "spec.disruption.budgets[0].reasons[0]",
    ],
  ])("is refused with %s", (_, change, path) => {
    expect(refusals(change)).toEqual([path]);
  });

  const required = "spec.template.spec";
  test.each<[string, object, string]>([
    ["no template", {}, "spec.template"],
    ["an empty template", { template: {} }, required],
    ["no class", { template: { spec: { requirements: [] } } }, `${required}.nodeClassRef`],
    [
      "a class without a kind",
      { template: { spec: { nodeClassRef: { ...nodeClassRef, kind: "" }, requirements: [] } } },
      `${required}.nodeClassRef.kind`,
    ],
    ["no requirements", { template: { spec: { nodeClassRef } } }, `${required}.requirements`],
    [
      "a requirement without a key",
      { template: { spec: { nodeClassRef, requirements: [{ operator: "Exists" }] } } },
      `${REQUIREMENT}.key`,
    ],
    [
      "a taint without an effect",
      { template: { spec: { nodeClassRef, requirements: [], taints: [{ key: "a" }] } } },
      `${required}.taints[0].effect`,
    ],
  ])("with %s is refused, after its defaults too", (_what, spec, field) => {
    const issues = new FieldIssues();
    validateNodePool(defaultNodePool(spec as NodePoolSpec), issues);
    expect(issues.list).toEqual([{ field, type: "Required", value: "", detail: "" }]);
  });
});
