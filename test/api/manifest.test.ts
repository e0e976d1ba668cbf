import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/api/kubernetes.js";
import { fromManifest, toManifest } from "../../src/api/manifest.js";
import type { NewObject } from "../../src/api/new-object.js";
import type { AnyVersion } from "../../src/api/object-version.js";
import { type PodFields, PodVersion } from "../../src/api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../src/api/timestamp.js";

const START = Date.UTC(2026, 0, 1);

const podManifest = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web-1",
    generateName: "web-",
    namespace: "shop",
    uid: "u-1",
    creationTimestamp: "2025-12-31T23:59:00Z",
    deletionTimestamp: "2026-01-01T00:00:30Z",
    deletionGracePeriodSeconds: 30,
    labels: { app: "web" },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "u-0", controller: true },
    ],
  },
  spec: {
    containers: [{ name: "c", image: "web:v1" }],
    initContainers: [{ name: "i", image: "init:v1" }],
    nodeName: "node-1",
  },
  status: {
    phase: "Running",
    podIP: "10.0.0.1",
    podIPs: [{ ip: "10.0.0.1" }],
    qosClass: "BestEffort",
    startTime: "2025-12-31T23:59:01Z",
    nominatedNodeName: "node-2",
    conditions: [
      { type: "Ready", status: "False", lastTransitionTime: "2025-12-31T23:59:02Z", reason: "R" },
    ],
    initContainerStatuses: [
      {
        name: "i",
        image: "init:v1",
        imageID: "",
        ready: true,
        started: false,
        restartCount: 0,
        lastState: {},
        state: {
          terminated: {
            exitCode: 0,
            reason: "Completed",
            startedAt: "2025-12-31T23:59:01Z",
            finishedAt: "2025-12-31T23:59:02Z",
          },
        },
      },
    ],
    containerStatuses: [
      {
        name: "c",
        image: "web:v1",
        imageID: "",
        ready: false,
        started: false,
        restartCount: 3,
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: {
          terminated: { exitCode: 1, reason: "Error", finishedAt: "2025-12-31T23:59:30Z" },
        },
      },
    ],
  },
} as unknown as Manifest;

function stored(object: NewObject | null): AnyVersion {
  if (object === null) throw new Error("the kind is not modelled");
  const assigned = { row: 0, uid: "u", generation: 0, creationTimeMicros: 0, resourceVersion: 7 };
  const version = { ...assigned, ...object };
  return object.kind === "Pod"
    ? PodVersion.of(version as unknown as PodFields)
    : (version as unknown as AnyVersion);
}

describe("a pod", () => {
  const pod = fromManifest(podManifest, START) as NewObject<"Pod">;

  test("its times are virtual, its binding stands apart from its spec", () => {
    expect(pod.creationTimeMicros).toBe(-60_000_000);
    expect(pod.deletionTimeMicros).toBe(30_000_000);
    expect(pod.nodeName).toBe("node-1");
    expect(pod.nominatedNodeName).toBe("node-2");
    expect(pod.spec).not.toHaveProperty("nodeName");
    expect(pod.status.startTimeMicros).toBe(-59_000_000);
    expect(pod.status.conditions[0]).toEqual({
      type: "Ready",
      status: "False",
      reason: "R",
      message: "",
      lastTransitionTimeMicros: -58_000_000,
    });
  });

  test("its containers have one state each, and how the run before ended", () => {
    expect(pod.status.initContainers[0]).toMatchObject({
      state: "terminated",
      exitCode: 0,
      finishedAtMicros: -58_000_000,
    });
    expect(pod.status.containers[0]).toMatchObject({
      state: "waiting",
      reason: "CrashLoopBackOff",
      restartCount: 3,
      lastTermination: { exitCode: 1, startedAtMicros: null, finishedAtMicros: -30_000_000 },
    });
  });

  test("is written as it was read", () => {
    const { resourceVersion, ...metadata } = toManifest(stored(pod), START).metadata;
    expect(resourceVersion).toBe("7");
    expect({ ...toManifest(stored(pod), START), metadata }).toEqual(podManifest);
  });

  test("without a status it is pending, in the namespace default", () => {
    const manifest = { apiVersion: "v1", kind: "Pod", metadata: { name: "x" }, spec: {} };
    expect(fromManifest(manifest, START)).toMatchObject({ phase: "Pending", namespace: "default" });
  });
});

test.each<[string, Manifest]>([
  [
    "spec and status",
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "a", namespace: "n", uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: { replicas: 2 },
      status: { replicas: 1 },
    },
  ],
  [
    "a body without spec",
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "a", uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" },
      value: 5,
      description: "d",
    },
  ],
  [
    "a cluster-scoped kind",
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "a", uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" },
      spec: { unschedulable: true },
      status: { capacity: { cpu: "1" } },
    },
  ],
])("%s: written as it was read", (_, manifest) => {
  const written = toManifest(stored(fromManifest(manifest, START)), START);
  expect(written).toEqual({
    ...manifest,
    metadata: { ...manifest.metadata, resourceVersion: "7" },
  });
});

test("a kind that is not modelled is none", () => {
  const metadata = { name: "x" };
  expect(fromManifest({ apiVersion: "v1", kind: "Secret", metadata }, START)).toBeNull();
  expect(fromManifest({ apiVersion: "example.com/v1", kind: "Pod", metadata }, START)).toBeNull();
  expect(fromManifest({ apiVersion: "v1", kind: "toString", metadata }, START)).toBeNull();
});

describe("former API versions are read as what they became", () => {
  const read = (apiVersion: string, kind: string, spec: object, annotations = {}) =>
    fromManifest({ apiVersion, kind, metadata: { name: "x", annotations }, spec }, START)?.spec;
  const template = { metadata: { labels: { app: "web" } } };

  test("a selector that was not given comes from the template's labels", () => {
    const selector = { matchLabels: { app: "web" } };
    expect(read("extensions/v1beta1", "Deployment", { template })).toEqual({ template, selector });
    expect(read("apps/v1beta2", "Deployment", { template })).toEqual({ template });
  });

  test("an empty selector of a v1beta1 budget still matches no pod", () => {
    expect(read("policy/v1beta1", "PodDisruptionBudget", { selector: {} })).toMatchObject({
      selector: { matchExpressions: [{ operator: "Exists" }] },
    });
  });

  test("autoscaling/v1 had one target, and the rest in annotations", () => {
    const annotations = {
      "autoscaling.alpha.kubernetes.io/metrics": JSON.stringify([
        { type: "Pods", pods: { metricName: "rps", targetAverageValue: "10" } },
      ]),
      "autoscaling.alpha.kubernetes.io/behavior": JSON.stringify({
        scaleUp: { selectPolicy: "Min" },
      }),
    };
    const spec = { maxReplicas: 3, targetCPUUtilizationPercentage: 60 };
    expect(read("autoscaling/v1", "HorizontalPodAutoscaler", spec, annotations)).toEqual({
      maxReplicas: 3,
      behavior: { scaleUp: { selectPolicy: "Min" } },
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } },
        },
        {
          type: "Pods",
          pods: { metric: { name: "rps" }, target: { type: "AverageValue", averageValue: "10" } },
        },
      ],
    });
  });

  test.each([
    [
      { type: "Resource", resource: { name: "cpu", targetAverageUtilization: 50 } },
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
      },
    ],
    [
      { type: "External", external: { metricName: "q", metricSelector: {}, targetValue: "5" } },
      {
        type: "External",
        external: { metric: { name: "q", selector: {} }, target: { type: "Value", value: "5" } },
      },
    ],
    [
      {
        type: "Object",
        object: { metricName: "q", target: { kind: "Service", name: "s" }, targetValue: "5" },
      },
      {
        type: "Object",
        object: {
          metric: { name: "q" },
          describedObject: { kind: "Service", name: "s" },
          target: { type: "Value", value: "5" },
        },
      },
    ],
  ])("a v2beta1 metric: %j", (before, after) => {
    expect(read("autoscaling/v2beta1", "HorizontalPodAutoscaler", { metrics: [before] })).toEqual({
      metrics: [after],
    });
  });

  test("an endpoint's topology becomes its node and zone", () => {
    const endpoints = [
      {
        addresses: ["a"],
        topology: { "kubernetes.io/hostname": "n", "topology.kubernetes.io/zone": "z" },
      },
    ];
    const manifest = {
      apiVersion: "discovery.k8s.io/v1beta1",
      kind: "EndpointSlice",
      metadata: { name: "x" },
      endpoints,
    };
    expect(fromManifest(manifest as Manifest, START)?.spec).toEqual({
      endpoints: [{ addresses: ["a"], nodeName: "n", zone: "z" }],
    });
  });
});

describe("timestamps", () => {
  test.each([
    ["2026-01-01T00:00:00Z", 0],
    ["2026-01-01T01:00:00+01:00", 0],
    ["2026-01-01T00:00:00.25Z", 250_000],
    ["2025-12-31T23:59:59.999999Z", -1],
  ])("%s is %d µs after the start", (text, micros) => {
    expect(parseTimestamp(text, START)).toBe(micros);
    expect(parseTimestamp(formatTimestamp(micros, START), START)).toBe(micros);
  });

  test.each(["2026-01-01", "yesterday", "2026-13-01T00:00:00Z", 5, null, undefined])(
    "%s is none",
    (text) => {
      expect(parseTimestamp(text, START)).toBeNull();
    },
  );

  test("whole seconds are written as Kubernetes writes them", () => {
    expect(formatTimestamp(1_000_000, START)).toBe("2026-01-01T00:00:01Z");
    expect(formatTimestamp(1_500_000, START)).toBe("2026-01-01T00:00:01.500000Z");
  });
});
