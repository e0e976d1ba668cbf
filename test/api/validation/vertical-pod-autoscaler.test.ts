import { expect, test } from "vitest";
import type { VerticalPodAutoscalerSpec } from "../../../src/api/schemas/types.js";
import { FieldIssues } from "../../../src/api/validation/field-issue.js";
import { validateVerticalPodAutoscaler } from "../../../src/api/validation/vertical-pod-autoscaler.js";

test.each<[object, readonly string[]]>([
  [{}, ["spec.targetRef"]],
  [{ targetRef: {} }, ["spec.targetRef.kind", "spec.targetRef.name"]],
  [{ targetRef: { kind: "Deployment" } }, ["spec.targetRef.name"]],
  [{ targetRef: { name: "web" } }, ["spec.targetRef.kind"]],
  [{ targetRef: { kind: "Deployment", name: "web" } }, []],
])("a VerticalPodAutoscaler with %j lacks %j", (spec, missing) => {
  const issues = new FieldIssues();
  validateVerticalPodAutoscaler(spec as VerticalPodAutoscalerSpec, issues);
  expect(issues.list.map(({ field, type }) => [field, type])).toEqual(
    missing.map((field) => [field, "Required"]),
  );
});
