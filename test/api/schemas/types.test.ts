import { expect, test } from "vitest";
import { KINDS } from "../../../src/api/kinds.js";
import type { Manifest } from "../../../src/api/kubernetes.js";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { typeIssues } from "../../../src/api/schemas/screen.js";
import { typesFile } from "./types-file.js";

function issues(manifest: object): string[] {
  return typeIssues(manifest as Manifest).map(issueText);
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

test.each<[string, object, RegExp]>([
  [
    "a field that is not modelled",
    deployment({ template: { spec: { securityContext: 5 } } }),
    /^spec\.template\.spec\.securityContext: .* must be an object with named fields$/,
  ],
  [
    "a count of more than 32 bits",
    deployment({ replicas: 3_000_000_000 }),
    /^spec\.replicas: .* must be an integer of 32 bits$/,
  ],
  ["a part of a count", deployment({ replicas: 1.5 }), /^spec\.replicas: .* must be an integer$/],
  [
    "a number in a ConfigMap",
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { port: 80 } },
    /^data\[port\]: .* must be a string; quote it/,
  ],
  [
    "a word in a version of old",
    {
      apiVersion: "autoscaling/v2beta1",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "h" },
      spec: { metrics: [{ resource: { targetAverageUtilization: "half" } }] },
    },
    /^spec\.metrics\[0\]\.resource\.targetAverageUtilization: .* must be an integer$/,
  ],
])("%s is refused too", (_, manifest, text) => {
  expect(issues(manifest)).toEqual([expect.stringMatching(text)]);
});

test("null is as good as absent", () => {
  const manifest = {
    ...deployment({ replicas: null, template: { spec: { securityContext: null } } }),
    metadata: { creationTimestamp: null, labels: null },
  };
  expect(issues(manifest)).toEqual([]);
});

test.each([
  ["a custom resource", "example.com/v1", "Ferry"],
  ["one that is called like a kind of Kubernetes", "serving.knative.dev/v1", "Service"],
])("%s has no issues", (_, apiVersion, kind) => {
  expect(issues({ apiVersion, kind, metadata: {}, spec: 5 })).toEqual([]);
});

test("the types of the kinds are the same beside a kind that has no schema", () => {
  const withAnother = { ...KINDS, CloneSet: { apiVersion: "apps.kruise.io/v1alpha1" } };
  expect(typesFile(withAnother)).toBe(typesFile());
});
