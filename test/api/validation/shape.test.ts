import { expect, test } from "vitest";
import type { Manifest } from "../../../src/api/kubernetes.js";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { shapeIssues } from "../../../src/api/validation/shape.js";

function issues(manifest: object): string[] {
  return shapeIssues(manifest as Manifest).map(issueText);
}

const deployment = (spec: unknown) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "x" },
  spec,
});

test.each<[string, object, RegExp]>([
  [
    "a word for a count",
    deployment({ replicas: "three" }),
    /^spec\.replicas: Invalid value: "three": must be an integer$/,
  ],
  ["a list for an object", deployment([]), /^spec: .* must be an object/],
  [
    "an object for a list",
    deployment({ template: { spec: { containers: {} } } }),
    /^spec\.template\.spec\.containers: .* must be a list$/,
  ],
  [
    "a quantity that is none",
    deployment({
      template: { spec: { containers: [{ resources: { requests: { cpu: "4 cpus" } } }] } },
    }),
    /^spec\.template\.spec\.containers\[0\]\.resources\.requests\[cpu\]: .*"4 cpus" is not a quantity/,
  ],
  [
    "a number for a label",
    { ...deployment({}), metadata: { labels: { version: 1 } } },
    /^metadata\.labels\[version\]: .* must be a string; quote it/,
  ],
  [
    "a date for a time",
    { ...deployment({}), metadata: { creationTimestamp: "2026-01-01" } },
    /^metadata\.creationTimestamp: .* must be a time/,
  ],
  ["a word for a truth", deployment({ paused: "yes" }), /^spec\.paused: .* must be true or false$/],
  [
    "nothing in a list",
    deployment({ template: { spec: { containers: [null] } } }),
    /^spec\.template\.spec\.containers\[0\]: .* must not be null$/,
  ],
  [
    "a word in a body without spec",
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "x" },
      value: "high",
    },
    /^value: .* must be an integer$/,
  ],
  [
    "a status that cannot be read",
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: {},
      spec: {},
      status: { allocatable: { cpu: "many" } },
    },
    /^status\.allocatable\[cpu\]: /,
  ],
])("%s", (_, manifest, text) => {
  expect(issues(manifest)).toEqual([expect.stringMatching(text)]);
});

test("null is as good as absent, and fields that are not modelled are not looked at", () => {
  const manifest = {
    ...deployment({ replicas: null, template: { spec: { securityContext: 5 } } }),
    metadata: { creationTimestamp: null, labels: null },
  };
  expect(issues(manifest)).toEqual([]);
});

test("a kind that is not modelled has no issues", () => {
  expect(issues({ apiVersion: "v1", kind: "Secret", metadata: {}, spec: 5 })).toEqual([]);
});
