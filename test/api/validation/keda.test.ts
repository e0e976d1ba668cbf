import { describe, expect, test } from "vitest";
import type { ScaledJobSpec, ScaledObjectSpec } from "../../../src/api/schemas/types.js";
import { FieldIssues } from "../../../src/api/validation/field-issue.js";
import { validateScaledJob } from "../../../src/api/validation/scaled-job.js";
import { validateScaledObject } from "../../../src/api/validation/scaled-object.js";

const triggers = [{ type: "redis", metadata: { listName: "orders", listLength: "5" } }];
const template = { spec: { containers: [{ name: "worker", image: "worker:1" }] } };
const scaleTargetRef = { name: "web" };

/** The fields that are told as missing. */
function missing(check: (issues: FieldIssues) => void): readonly string[] {
  const issues = new FieldIssues();
  check(issues);
  expect(issues.list.every(({ type }) => type === "Required")).toBe(true);
  return issues.list.map(({ field }) => field.replace("spec.", ""));
}

describe("what the definition requires is told by name where it lacks", () => {
  test.each<[object, readonly string[]]>([
    [{}, ["scaleTargetRef", "triggers"]],
    [{ scaleTargetRef: {}, triggers }, ["scaleTargetRef.name"]],
    [{ scaleTargetRef }, ["triggers"]],
    [{ scaleTargetRef, triggers: [{ type: "redis" }] }, ["triggers[0].metadata"]],
    [{ scaleTargetRef, triggers: [...triggers, { metadata: {} }] }, ["triggers[1].type"]],
    [
      { scaleTargetRef, triggers: [{ ...triggers[0], authenticationRef: {} }] },
      ["triggers[0].authenticationRef.name"],
    ],
    [
      { scaleTargetRef, triggers, fallback: {} },
      ["fallback.failureThreshold", "fallback.replicas"],
    ],
    [{ scaleTargetRef, triggers, fallback: { failureThreshold: 3, replicas: 0 } }, []],
    [{ scaleTargetRef, triggers }, []],
  ])("of a ScaledObject: %j lacks %j", (spec, fields) => {
    const found = missing((issues) => validateScaledObject(spec as ScaledObjectSpec, issues));
    expect(found).toEqual(fields);
  });

  test.each<[object, readonly string[]]>([
    [{}, ["jobTargetRef", "triggers"]],
    [{ jobTargetRef: {}, triggers }, ["jobTargetRef.template"]],
    [{ jobTargetRef: { template: {} }, triggers }, ["jobTargetRef.template.spec.containers"]],
    [{ jobTargetRef: { template } }, ["triggers"]],
    [{ jobTargetRef: { template }, triggers: [{}] }, ["triggers[0].type", "triggers[0].metadata"]],
    [{ jobTargetRef: { template }, triggers }, []],
  ])("of a ScaledJob: %j lacks %j", (spec, fields) => {
    const found = missing((issues) => validateScaledJob(spec as ScaledJobSpec, issues));
    expect(found).toEqual(fields);
  });
});
