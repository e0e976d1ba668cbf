import { describe, expect, test } from "vitest";
import { defaultSpec } from "../../../src/api/defaults.js";
import type { Kind } from "../../../src/api/kinds.js";
import type { PodSpec } from "../../../src/api/kubernetes.js";
import type { AnyVersion, ObjectVersion } from "../../../src/api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../../../src/api/pod-version.js";
import { validateUpdate } from "../../../src/api/validation/validate.js";

const META = {
  row: 0,
  uid: "u",
  namespace: "default",
  name: "x",
  generateName: "",
  resourceVersion: 1,
  generation: 1,
  creationTimeMicros: 0,
  deletionTimeMicros: null,
  deletionGracePeriodSeconds: null,
  labels: {},
  annotations: {},
  ownerReferences: [],
  finalizers: [],
} as const;

function version(kind: Kind, spec: object): AnyVersion {
  return { ...META, kind, spec, status: {} } as unknown as ObjectVersion as AnyVersion;
}

function pod(spec: object): PodVersion {
  return PodVersion.of({
    ...META,
    spec: { containers: [{ name: "c", image: "web:v1" }], ...spec } as PodSpec,
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
  });
}

const types = (issues: readonly { type: string; field: string }[]) =>
  issues.map((issue) => `${issue.type} ${issue.field}`);

describe("a pod", () => {
  const toleration = { key: "a", operator: "Exists" };
  const nodeTerms = (...keys: string[]) => ({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: keys.map((key) => ({ key, operator: "Exists" })) },
          ],
        },
      },
    },
  });
  const gated = { schedulingGates: [{ name: "g" }] };

  test.each<[string, object, object]>([
    ["may get another image", {}, { containers: [{ name: "c", image: "web:v2" }] }],
    [
      "may get more tolerations",
      { tolerations: [toleration] },
      { tolerations: [toleration, { operator: "Exists" }] },
    ],
    [
      "may tolerate for longer",
      { tolerations: [toleration] },
      { tolerations: [{ ...toleration, tolerationSeconds: 5 }] },
    ],
    ["may lose its gates", gated, {}],
    ["may get a deadline", {}, { activeDeadlineSeconds: 5 }],
    ["may get a shorter deadline", { activeDeadlineSeconds: 9 }, { activeDeadlineSeconds: 5 }],
    [
      "may be made pickier while it is gated",
      { ...gated, nodeSelector: { a: "b" } },
      { ...gated, nodeSelector: { a: "b", c: "d" } },
    ],
    [
      "may demand more of its node while it is gated",
      { ...gated, ...nodeTerms("a") },
      { ...gated, ...nodeTerms("a", "b") },
    ],
    ["may say the same in other words", { tolerations: [] }, {}],
  ])("%s", (_, before, after) => {
    expect(validateUpdate("Pod", pod(before), pod(after))).toEqual([]);
  });

  test.each<[string, object, object, string]>([
    ["may not get another node selector", {}, { nodeSelector: { a: "b" } }, "Forbidden spec"],
    [
      "may not be made less picky while it is gated",
      { ...gated, nodeSelector: { a: "b" } },
      gated,
      "Forbidden spec",
    ],
    [
      "may not demand less while it is gated",
      { ...gated, ...nodeTerms("a", "b") },
      { ...gated, ...nodeTerms("a") },
      "Forbidden spec",
    ],
    ["may not lose a toleration", { tolerations: [toleration] }, {}, "Forbidden spec.tolerations"],
    ["may not get a gate", {}, gated, "Forbidden spec.schedulingGates[0]"],
    [
      "may not get more containers",
      {},
      {
        containers: [
          { name: "c", image: "i" },
          { name: "d", image: "i" },
        ],
      },
      "Forbidden spec.containers",
    ],
    [
      "may not lose its image",
      {},
      { containers: [{ name: "c", image: "" }] },
      "Required spec.containers[0].image",
    ],
    [
      "may not get a longer deadline",
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 9 },
      "Invalid spec.activeDeadlineSeconds",
    ],
    ["may not get another priority", {}, { priority: 5 }, "Forbidden spec"],
  ])("%s", (_, before, after, refusal) => {
    expect(types(validateUpdate("Pod", pod(before), pod(after)))).toEqual([refusal]);
  });

  test("may be resized through its subresource only", () => {
    const resources = { requests: { cpu: "2" } };
    const after = pod({ containers: [{ name: "c", image: "web:v1", resources }] });
    expect(types(validateUpdate("Pod", pod({}), after))).toEqual(["Forbidden spec"]);
    expect(validateUpdate("Pod", pod({}), after, { resize: true })).toEqual([]);
  });
});

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "c", image: "web:v1" }] },
};
const other = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "c", image: "web:v2" }] },
};
const selector = { matchLabels: { app: "web" } };
const jobTemplate = { spec: { ...template.spec, restartPolicy: "Never" } };
const otherJobTemplate = { spec: { ...jobTemplate.spec, nodeSelector: { a: "b" } } };
const claim = (storage: string, more = {}) => ({
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage } },
  ...more,
});

describe("an update", () => {
  test.each<[string, Kind, object, object, string[]]>([
    [
      "of a Deployment's replicas and template",
      "Deployment",
      { selector, template },
      { selector, template: other, replicas: 5 },
      [],
    ],
    [
      "of a Deployment's selector",
      "Deployment",
      { selector, template },
      {
        selector: { matchLabels: { app: "web", x: "y" } },
        template: { ...template, metadata: { labels: { app: "web", x: "y" } } },
      },
      ["Invalid spec.selector"],
    ],
    [
      "to fewer than no replicas",
      "ReplicaSet",
      { selector, template },
      { selector, template, replicas: -1 },
      ["Invalid spec.replicas"],
    ],
    [
      "of a StatefulSet's template",
      "StatefulSet",
      { selector, template, serviceName: "a" },
      { selector, template: other, serviceName: "a" },
      [],
    ],
    [
      "of a StatefulSet's service",
      "StatefulSet",
      { selector, template, serviceName: "a" },
      { selector, template, serviceName: "b" },
      ["Forbidden spec"],
    ],
    [
      "of a Job's parallelism",
      "Job",
      { template: jobTemplate, completions: 3 },
      { template: jobTemplate, completions: 3, parallelism: 3 },
      [],
    ],
    [
      "of a Job's completions",
      "Job",
      { template: jobTemplate, completions: 3 },
      { template: jobTemplate, completions: 4 },
      ["Invalid spec.completions"],
    ],
    [
      "of a running Job's template",
      "Job",
      { template: jobTemplate },
      { template: otherJobTemplate },
      ["Invalid spec.template"],
    ],
    [
      "of where a suspended Job may run",
      "Job",
      { template: jobTemplate, suspend: true },
      { template: otherJobTemplate, suspend: true },
      [],
    ],
    ["of a priority's value", "PriorityClass", { value: 1 }, { value: 2 }, ["Forbidden value"]],
    [
      "of a priority's preemption policy",
      "PriorityClass",
      { value: 1 },
      { value: 1, preemptionPolicy: "Never" },
      ["Invalid preemptionPolicy"],
    ],
    [
      "of which priority is the default",
      "PriorityClass",
      { value: 1 },
      { value: 1, globalDefault: true, description: "for all" },
      [],
    ],
    ["of a budget", "PodDisruptionBudget", { minAvailable: 1 }, { minAvailable: 2 }, []],
    [
      "of a class's binding mode",
      "StorageClass",
      { provisioner: "p" },
      { provisioner: "p", volumeBindingMode: "WaitForFirstConsumer" },
      ["Forbidden volumeBindingMode"],
    ],
    [
      "that binds a claim",
      "PersistentVolumeClaim",
      claim("1Gi"),
      claim("1Gi", { volumeName: "v" }),
      [],
    ],
    [
      "that binds a claim anew",
      "PersistentVolumeClaim",
      claim("1Gi", { volumeName: "v" }),
      claim("1Gi", { volumeName: "w" }),
      ["Forbidden spec"],
    ],
    ["that lets a claim grow", "PersistentVolumeClaim", claim("1Gi"), claim("2Gi"), []],
    [
      "that lets a claim shrink",
      "PersistentVolumeClaim",
      claim("2Gi"),
      claim("1Gi"),
      ["Forbidden spec.resources.requests.storage"],
    ],
    [
      "of a node's provider",
      "Node",
      { providerID: "a" },
      { providerID: "b" },
      ["Forbidden spec.providerID"],
    ],
  ])("%s", (_, kind, before, after, refusals) => {
    const filled = (spec: object) => version(kind, defaultSpec(kind, spec as never));
    expect(types(validateUpdate(kind, filled(before), filled(after)))).toEqual(refusals);
  });

  test("a bad label is refused", () => {
    const before = version("Node", {});
    const after = { ...before, labels: { "a b": "c" } } as AnyVersion;
    expect(types(validateUpdate("Node", before, after))).toEqual(["Invalid metadata.labels"]);
  });

  test("a template that is the same object is not looked at again", () => {
    const broken = { metadata: { labels: { app: "web" } }, spec: { containers: [] } };
    const before = version("ReplicaSet", { selector, template: broken, replicas: 1 });
    const after = version("ReplicaSet", { selector, template: broken, replicas: 2 });
    expect(validateUpdate("ReplicaSet", before, after)).toEqual([]);
  });
});
