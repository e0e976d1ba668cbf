import { describe, expect, test } from "vitest";
import { defaultSpec } from "../../../src/api/defaults.js";
import type { Kind } from "../../../src/api/kinds.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewObject } from "../../../src/api/new-object.js";
import { issueText } from "../../../src/api/validation/field-issue.js";
import { validateCreate } from "../../../src/api/validation/validate.js";
import { manifestOf, refusals } from "./refusals.js";

const container = { name: "c", image: "web:v1" };
const template = { metadata: { labels: { app: "web" } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: "web" } };
const jobTemplate = { spec: { containers: [container], restartPolicy: "Never" } };

const good: { readonly [K in Kind]?: object } = {
  Pod: { containers: [container] },
  Node: { taints: [{ key: "a", effect: "NoSchedule" }] },
  Service: { selector: { app: "web" }, ports: [{ port: 80 }] },
  Deployment: { selector, template },
  ReplicaSet: { selector, template },
  StatefulSet: { selector, template, serviceName: "web" },
  DaemonSet: { selector, template },
  ReplicationController: { template },
  Job: { template: jobTemplate },
  CronJob: { schedule: "*/5 * * * *", jobTemplate: { spec: { template: jobTemplate } } },
  HorizontalPodAutoscaler: { maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "web" } },
  PodDisruptionBudget: { minAvailable: "50%", selector },
  PriorityClass: { value: 1000 },
  LimitRange: { limits: [{ type: "Container", max: { cpu: "2" } }] },
  ResourceQuota: { hard: { pods: "4" } },
  PersistentVolumeClaim: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1Gi" } },
  },
  PersistentVolume: {
    accessModes: ["ReadWriteOnce"],
    capacity: { storage: "1Gi" },
    hostPath: { path: "/x" },
  },
  StorageClass: { provisioner: "p" },
  EndpointSlice: { addressType: "IPv4", endpoints: [{ addresses: ["10.0.0.1"] }] },
  Namespace: {},
};

test.each(Object.entries(good) as [Kind, object][])("a good %s is taken", (kind, spec) => {
  expect(refusals(kind, spec)).toEqual([]);
});

test.each(["Europe/Berlin", "UTC", "Etc/UTC", "US/Pacific", "America/Argentina/Buenos_Aires"])(
  "a CronJob in the time zone %s is taken",
  (timeZone) => {
    expect(refusals("CronJob", { ...good.CronJob, timeZone })).toEqual([]);
  },
);

describe("is refused", () => {
  const onlyAlways = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
  test.each<[string, Kind, object, string]>([
    ["a Deployment without a selector", "Deployment", { template }, "Required spec.selector"],
    [
      "a selector that selects everything",
      "Deployment",
      { selector: {}, template },
      "Invalid spec.selector",
    ],
    [
      "a selector that does not match its template",
      "Deployment",
      { selector: { matchLabels: { app: "api" } }, template },
      "Invalid spec.template.metadata.labels",
    ],
    [
      "a template that does not restart",
      "Deployment",
      { selector, template: onlyAlways },
      "NotSupported spec.template.spec.restartPolicy",
    ],
    [
      "fewer than no replicas",
      "ReplicaSet",
      { selector, template, replicas: -1 },
      "Invalid spec.replicas",
    ],
    [
      "a rollout that may do nothing",
      "Deployment",
      { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } },
      "Invalid spec.strategy.rollingUpdate.maxUnavailable",
    ],
    [
      "more than all unavailable",
      "Deployment",
      { selector, template, strategy: { rollingUpdate: { maxUnavailable: "101%" } } },
      "Invalid spec.strategy.rollingUpdate.maxUnavailable",
    ],
    [
      "a share that is none",
      "Deployment",
      { selector, template, strategy: { rollingUpdate: { maxSurge: "half" } } },
      "Invalid spec.strategy.rollingUpdate.maxSurge",
    ],
    [
      "Recreate with a rolling update",
      "Deployment",
      { selector, template, strategy: { type: "Recreate", rollingUpdate: {} } },
      "Forbidden spec.strategy.rollingUpdate",
    ],
    [
      "a deadline before pods can be ready",
      "Deployment",
      { selector, template, minReadySeconds: 600 },
      "Invalid spec.progressDeadlineSeconds",
    ],
    [
      "a broken container in a template",
      "Deployment",
      { selector, template: { ...template, spec: { containers: [{ name: "c" }] } } },
      "Required spec.template.spec.containers[0].image",
    ],
    [
      "a StatefulSet of an unknown policy",
      "StatefulSet",
      { selector, template, podManagementPolicy: "Any" },
      "NotSupported spec.podManagementPolicy",
    ],
    [
      "a negative partition",
      "StatefulSet",
      { selector, template, updateStrategy: { rollingUpdate: { partition: -1 } } },
      "Invalid spec.updateStrategy.rollingUpdate.partition",
    ],
    [
      "surge and unavailability of a DaemonSet",
      "DaemonSet",
      { selector, template, updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } },
      "Invalid spec.updateStrategy.rollingUpdate.maxSurge",
    ],
    ...["Mars/Base", "Local", "", "europe/berlin"].map(
      (timeZone): [string, Kind, object, string] => [
        `a CronJob in the time zone "${timeZone}"`,
        "CronJob",
        { ...good.CronJob, timeZone },
        "Invalid spec.timeZone",
      ],
    ),
    [
      "a Job that always restarts",
      "Job",
      { template: { spec: { containers: [container] } } },
      "NotSupported spec.template.spec.restartPolicy",
    ],
    [
      "an Indexed Job without completions",
      "Job",
      { template: jobTemplate, parallelism: 2, completionMode: "Indexed" },
      "Required spec.completions",
    ],
    [
      "a schedule of four fields",
      "CronJob",
      { schedule: "* * * *", jobTemplate: { spec: { template: jobTemplate } } },
      "Invalid spec.schedule",
    ],
    [
      "fewer at most than at least",
      "HorizontalPodAutoscaler",
      { minReplicas: 5, maxReplicas: 3, scaleTargetRef: { kind: "Deployment", name: "x" } },
      "Invalid spec.maxReplicas",
    ],
    [
      "a metric without its source",
      "HorizontalPodAutoscaler",
      {
        maxReplicas: 3,
        scaleTargetRef: { kind: "Deployment", name: "x" },
        metrics: [{ type: "Pods" }],
      },
      "Required spec.metrics[0].pods",
    ],
    [
      "a budget of both kinds",
      "PodDisruptionBudget",
      { minAvailable: 1, maxUnavailable: 1 },
      "Invalid spec",
    ],
    [
      "a budget above all",
      "PodDisruptionBudget",
      { minAvailable: "101%" },
      "Invalid spec.minAvailable",
    ],
    [
      "a priority kept for the system",
      "PriorityClass",
      { value: 1_000_000_001 },
      "Forbidden value",
    ],
    [
      "an unknown preemption policy",
      "PriorityClass",
      { value: 1, preemptionPolicy: "Ask" },
      "NotSupported preemptionPolicy",
    ],
    [
      "a taint twice",
      "Node",
      {
        taints: [
          { key: "a", effect: "NoSchedule" },
          { key: "a", value: "b", effect: "NoSchedule" },
        ],
      },
      "Duplicate spec.taints[1]",
    ],
    [
      "a taint without effect",
      "Node",
      { taints: [{ key: "a" }] },
      "NotSupported spec.taints[0].effect",
    ],
    ["a Service without ports", "Service", { selector: { app: "web" } }, "Required spec.ports"],
    [
      "two nameless ports",
      "Service",
      { ports: [{ port: 80, name: "a" }, { port: 81 }] },
      "Required spec.ports[1].name",
    ],
    [
      "a minimum above the maximum",
      "LimitRange",
      { limits: [{ type: "Pod", min: { cpu: "2" }, max: { cpu: "1" } }] },
      "Invalid spec.limits[0].min[cpu]",
    ],
    [
      "a claim of nothing",
      "PersistentVolumeClaim",
      { accessModes: ["ReadWriteOnce"] },
      "Required spec.resources.requests[storage]",
    ],
    [
      "a claim of an unknown mode",
      "PersistentVolumeClaim",
      {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        volumeMode: "Blok",
      },
      "NotSupported spec.volumeMode",
    ],
    [
      "a volume of no driver",
      "PersistentVolume",
      {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        csi: { volumeHandle: "x" },
      },
      "Required spec.csi.driver",
    ],
    [
      "a driver without a name",
      "CSINode",
      { drivers: [{ nodeID: "n" }] },
      "Required spec.drivers[0].name",
    ],
    [
      "a topology without a key",
      "StorageClass",
      {
        provisioner: "x",
        allowedTopologies: [{ matchLabelExpressions: [{ values: ["a"] }] }],
      },
      "Required allowedTopologies[0].matchLabelExpressions[0].key",
    ],
    [
      "a volume that is nowhere",
      "PersistentVolume",
      { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } },
      "Required spec",
    ],
    ["a class without a provisioner", "StorageClass", {}, "Required provisioner"],
  ])("%s", (_, kind, spec, refusal) => {
    expect(refusals(kind, spec)).toEqual([refusal]);
  });

  test.each<[string, Kind, object, string]>([
    ["a name that is no DNS name", "Deployment", { name: "My_App" }, "Invalid metadata.name"],
    [
      "a Service whose name starts with a digit",
      "Service",
      { name: "1a" },
      "Invalid metadata.name",
    ],
    ["a CronJob with a long name", "CronJob", { name: "a".repeat(53) }, "Invalid metadata.name"],
    ["no name at all", "Pod", { name: "" }, "Required metadata.name"],
    ["a bad label", "Pod", { labels: { a: "b c" } }, "Invalid metadata.labels"],
    [
      "a bad annotation key",
      "Pod",
      { annotations: { "a b": "x" } },
      "Invalid metadata.annotations",
    ],
    [
      "a class that poses as the system's",
      "PriorityClass",
      { name: "system-mine" },
      "Forbidden metadata.name",
    ],
    [
      "an owner without a name",
      "Pod",
      { ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "", uid: "u" }] },
      "Invalid metadata.ownerReferences[0].name",
    ],
  ])("%s", (_, kind, metadata, refusal) => {
    expect(refusals(kind, good[kind]!, { metadata })).toEqual([refusal]);
  });
});

describe("a PriorityClass with a name of the system's", () => {
  const reserved =
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for " +
    "system use only. error: ";

  test.each<[string, string, object, string[]]>([
    ["is one that every cluster has", "system-node-critical", { value: 2_000_001_000 }, []],
    [
      "is no other",
      "system-mine",
      { value: 1 },
      [`${reserved}system-mine is not a known system priority class`],
    ],
    [
      "has no other value",
      "system-cluster-critical",
      { value: 5 },
      [`${reserved}value of system-cluster-critical PriorityClass must be 2000000000`],
    ],
    [
      "is not the default",
      "system-cluster-critical",
      { value: 2_000_000_000, globalDefault: true },
      [`${reserved}globalDefault of system-cluster-critical PriorityClass must be false`],
    ],
  ])("%s", (_, name, body, expected) => {
    const object = fromManifest(manifestOf("PriorityClass", body, { name }), 0) as NewObject;
    expect(validateCreate("PriorityClass", object).map(issueText)).toEqual(expected);
  });
});

test("all issues of an object come together, worded as the API server words them", () => {
  const object = fromManifest(manifestOf("Deployment", { replicas: -1, template, selector }), 0);
  const spec = defaultSpec("Deployment", object!.spec as never);
  const issues = validateCreate("Deployment", { ...object!, spec, name: "A" } as NewObject);
  expect(issues.map(issueText)).toEqual([
    expect.stringMatching(/^metadata\.name: Invalid value: "A": must consist of lower case/),
    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
  ]);
});
