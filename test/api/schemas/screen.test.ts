import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { KINDS, type Kind } from "../../../src/api/kinds.js";
import { type Definition, schemaOf, type ValueType } from "../../../src/api/schemas/schema.js";
import { type Screened, screen } from "../../../src/api/schemas/screen.js";
import { unserved } from "../../../src/api/schemas/served-fields.js";

const NEWEST = 37;

function screened(kind: string, value: object, minor = NEWEST, isPatch = false): Screened<object> {
  const { apiVersion = KINDS[kind as Kind]?.apiVersion ?? "v1" } = value as { apiVersion?: string };
  return screen(value, schemaOf(apiVersion, kind)!, { minor, isPatch });
}

const told = (kind: string, value: object, isPatch = false): string[] =>
  screened(kind, value, NEWEST, isPatch).unknown.map(
    ({ path, meant }) => `${path.join(".")} ${meant}`,
  );

const inPod = (spec: object) => ({ spec });
const inTemplate = (spec: object) => ({ spec: { template: { spec } } });
const inContainer = (fields: object) => inPod({ containers: [{ name: "c", ...fields }] });

describe("a slip", () => {
  test.each<[string, object, string]>([
    ["Pod", { metadata: { nammespace: "shop" } }, "metadata.nammespace namespace"],
    ["Pod", { metadata: { anotations: {} } }, "metadata.anotations annotations"],
    ["Pod", { Spec: {} }, "Spec spec"],
    ["Pod", inPod({ container: [] }), "spec.container containers"],
    ["Pod", inPod({ tolerations: [{ operatr: "Exists" }] }), "spec.tolerations.0.operatr operator"],
    [
      "Pod",
      inPod({ topologySpreadConstraints: [{}, { minDomans: 2 }] }),
      "spec.topologySpreadConstraints.1.minDomans minDomains",
    ],
    [
      "Pod",
      inPod({ affinity: { nodeAffinity: { requiredDuringScheduling: {} } } }),
      "spec.affinity.nodeAffinity.requiredDuringScheduling requiredDuringSchedulingIgnoredDuringExecution",
    ],
    ["Pod", inContainer({ ports: [{ prot: "TCP" }] }), "spec.containers.0.ports.0.prot protocol"],
    ["Pod", inContainer({ resources: { limit: {} } }), "spec.containers.0.resources.limit limits"],
    [
      "Pod",
      inContainer({ readinessProbe: { httpget: {} } }),
      "spec.containers.0.readinessProbe.httpget httpGet",
    ],
    ["Pod", { status: { fase: "Running" } }, "status.fase phase"],
    ["Deployment", { spec: { replicass: 1 } }, "spec.replicass replicas"],
    [
      "Deployment",
      { spec: { strategy: { rolingUpdate: {} } } },
      "spec.strategy.rolingUpdate rollingUpdate",
    ],
    [
      "ReplicaSet",
      { spec: { selector: { matchExpresions: [] } } },
      "spec.selector.matchExpresions matchExpressions",
    ],
    ["StatefulSet", { spec: { servicename: "x" } }, "spec.servicename serviceName"],
    [
      "DaemonSet",
      inTemplate({ nodeSelectors: {} }),
      "spec.template.spec.nodeSelectors nodeSelector",
    ],
    ["Job", { spec: { backofLimit: 1 } }, "spec.backofLimit backoffLimit"],
    [
      "CronJob",
      { spec: { jobTemplate: { spec: { template: { spec: { restartpolicy: "Never" } } } } } },
      "spec.jobTemplate.spec.template.spec.restartpolicy restartPolicy",
    ],
    ["HorizontalPodAutoscaler", { spec: { maxReplica: 3 } }, "spec.maxReplica maxReplicas"],
    ["PodDisruptionBudget", { spec: { minAvailabel: 1 } }, "spec.minAvailabel minAvailable"],
    ["PriorityClass", { vlaue: 1 }, "vlaue value"],
    ["LimitRange", { spec: { limits: [{ defalut: {} }] } }, "spec.limits.0.defalut default"],
    ["ResourceQuota", { spec: { hrad: {} } }, "spec.hrad hard"],
    ["Service", { spec: { ports: [{ prot: "TCP" }] } }, "spec.ports.0.prot port"],
    ["EndpointSlice", { adressType: "IPv4" }, "adressType addressType"],
    ["Node", { spec: { taint: [] } }, "spec.taint taints"],
    ["PersistentVolume", { spec: { csi: { drivr: "x" } } }, "spec.csi.drivr driver"],
    [
      "PersistentVolumeClaim",
      { spec: { storageClass: "x" } },
      "spec.storageClass storageClassName",
    ],
    ["StorageClass", { volumeBindingMod: "x" }, "volumeBindingMod volumeBindingMode"],
    ["CSIDriver", { spec: { storageCapacty: true } }, "spec.storageCapacty storageCapacity"],
    ["ConfigMap", { dta: {} }, "dta data"],
    ["Pod", inPod({ entirelyNew: {} }), "spec.entirelyNew "],
    ["Pod", inPod({ x: 1 }), "spec.x "],
  ])("in a %s: %j is told by its path and what was meant", (kind, value, expected) => {
    const before = structuredClone(value);
    expect(told(kind, value)).toEqual([expected]);
    expect(value).toEqual(before);
  });

  test("goes, and what stands beside it is shared", () => {
    const labels = { app: "web" };
    const pod = { metadata: { labels, lables: labels }, spec: { containers: [] } };
    const { value } = screened("Pod", pod);
    expect(value).toEqual({ metadata: { labels }, spec: { containers: [] } });
    expect((value as typeof pod).spec).toBe(pod.spec);
  });

  test.each<[string, object, readonly string[]]>([
    [
      "directives are no slips",
      { spec: { containers: [{ name: "a", $patch: "delete" }], $retainKeys: ["containers"] } },
      [],
    ],
    [
      "orders and deletions of a list are known by the list",
      {
        metadata: { "$deleteFromPrimitiveList/finalizers": ["x"] },
        spec: { "$setElementOrder/containers": [], "$setElementOrder/containrs": [] },
      },
      ["spec.$setElementOrder/containrs "],
    ],
    [
      "null takes a field away",
      { spec: { hostname: null, hostnam: null } },
      ["spec.hostnam hostname"],
    ],
  ])("in a patch: %s", (_, patch, expected) => {
    expect(told("Pod", patch, true)).toEqual(expected);
    expect(screened("Pod", patch, NEWEST, true).wrong).toEqual([]);
  });

  test("in an API version of old is told by that version's schema", () => {
    const apiVersion = "autoscaling/v2beta1";
    const resource = { targetAverageUtilisation: 50, targetAverageUtilization: 50 };
    const hpa = { apiVersion, spec: { metrics: [{ type: "Resource", resource }] } };
    expect(told("HorizontalPodAutoscaler", hpa)).toEqual([
      "spec.metrics.0.resource.targetAverageUtilisation targetAverageUtilization",
    ]);
  });
});

describe("a field behind a gate", () => {
  const spread = { topologySpreadConstraints: [{ minDomains: 2, matchLabelKeys: ["a"] }] };
  const term = { topologyKey: "zone", matchLabelKeys: ["a"] };
  const affinity = {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  };
  const sidecar = { initContainers: [{ name: "s", restartPolicy: "Always" }] };
  const policy = "unhealthyPodEvictionPolicy";

  test.each<[string, string, object, (minor: number) => boolean]>([
    [
      "scheduling gates come with 1.27",
      "Pod",
      inPod({ schedulingGates: [{ name: "a" }] }),
      (v) => v >= 27,
    ],
    ["sidecars come with 1.29", "Pod", inPod(sidecar), (v) => v >= 29],
    ["sidecars of templates too", "Deployment", inTemplate(sidecar), (v) => v >= 29],
    ["spread counts domains from 1.27 on", "Pod", inPod(spread), (v) => v >= 27],
    ["affinity has label keys from 1.31 on", "Pod", inPod({ affinity }), (v) => v >= 31],
    [
      "pods have resources of their own from 1.34 on",
      "Pod",
      inPod({ resources: { requests: { cpu: "1" } } }),
      (v) => v >= 34,
    ],
    [
      "containers say how they are resized from 1.33 on",
      "Pod",
      inContainer({ resizePolicy: [{ resourceName: "cpu", restartPolicy: "NotRequired" }] }),
      (v) => v >= 33,
    ],
    [
      "other containers than sidecars have policies from 1.35 on; from 1.28 to 1.33 they are refused",
      "Pod",
      inContainer({ restartPolicy: "Never" }),
      (v) => v >= 35 || (v >= 28 && v <= 33),
    ],
    [
      "budgets know unhealthy pods from 1.27 on",
      "PodDisruptionBudget",
      { spec: { [policy]: "AlwaysAllow" } },
      (v) => v >= 27,
    ],
    [
      "cron jobs have time zones from 1.25 on",
      "CronJob",
      { spec: { timeZone: "Etc/UTC" } },
      (v) => v >= 25,
    ],
    [
      "jobs have a failure policy from 1.26 on",
      "Job",
      { spec: { podFailurePolicy: {} } },
      (v) => v >= 26,
    ],
    [
      "stateful sets begin at an ordinal from 1.27 on",
      "StatefulSet",
      { spec: { ordinals: {} } },
      (v) => v >= 27,
    ],
    [
      "autoscalers tolerate from 1.35 on",
      "HorizontalPodAutoscaler",
      { spec: { behavior: { scaleUp: { tolerance: "0.1" } } } },
      (v) => v >= 35,
    ],
    [
      "clusters have no names since 1.25",
      "Pod",
      { metadata: { clusterName: "a" } },
      (v) => v <= 24,
    ],
    [
      "claims of devices come with 1.34",
      "Pod",
      inPod({ resourceClaims: [{ name: "a" }] }),
      (v) => v >= 34,
    ],
  ])("%s", (_, kind, value, isServed) => {
    for (let minor = 24; minor <= NEWEST; minor++) {
      const { dropped, value: left } = screened(kind, value, minor);
      expect([minor, dropped.length === 0]).toEqual([minor, isServed(minor)]);
      expect(JSON.stringify(left) === JSON.stringify(value)).toBe(isServed(minor));
    }
  });

  test("is told with its gate, and the first version that serves it", () => {
    const { dropped } = screened("Pod", inPod(sidecar), 28);
    expect(dropped).toEqual([
      {
        path: ["spec", "initContainers", 0, "restartPolicy"],
        definition: "Container",
        gate: "SidecarContainers",
        from: 29,
      },
    ]);
  });

  test("is dropped from a patch as well", () => {
    const { value } = screened("Pod", { spec: { schedulingGates: [{ name: "a" }] } }, 26, true);
    expect(value).toEqual({ spec: {} });
  });
});

/** Values of a type; at the bottom only fields that must be there. */
function valuesOf(type: ValueType, depth: number): fc.Arbitrary<unknown> {
  if (typeof type !== "string") {
    if ("object" in type) return objectsOf(type.object, depth - 1);
    if ("listOf" in type) return fc.array(valuesOf(type.listOf, depth), { maxLength: 2 });
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), valuesOf(type.mapOf, depth), {
      maxKeys: 2,
    });
  }
  switch (type) {
    case "string":
      return fc.string({ maxLength: 5 });
    case "boolean":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "int64":
      return fc.maxSafeInteger();
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "quantity":
      return fc.constantFrom("1", "500m", "2Gi", 3);
    case "intOrString":
      return fc.oneof(fc.integer(), fc.string({ maxLength: 5 }));
    case "time":
      return fc.constantFrom("2026-01-05T08:00:00Z", "2026-01-05T08:00:00.123456Z");
    case "any":
      return fc.constantFrom<unknown>(1, "a", true, { deep: [{ er: 1 }] });
  }
}

function objectsOf(definition: Definition, depth: number): fc.Arbitrary<object> {
  const fields = [...definition.fields.values()].filter(
    (field) =>
      (field.isRequired || depth > 0) &&
      unserved({ definition, field, holder: "" }, undefined, { minor: NEWEST }) === null,
  );
  // Few of many: each object would else be as large as all that there is.
  return fc.subarray(fields, { maxLength: Math.min(6, fields.length) }).chain((chosen) => {
    const wanted = new Set([...chosen, ...fields.filter(({ isRequired }) => isRequired)]);
    const entries = [...wanted].map(({ name, type }): [string, fc.Arbitrary<unknown>] => [
      name,
      valuesOf(type, depth),
    ]);
    return fc.record(Object.fromEntries(entries));
  });
}

const kinds = fc.constantFrom(...(Object.keys(KINDS) as Kind[]));

property.prop(
  [
    kinds.chain((kind) =>
      objectsOf(schemaOf(KINDS[kind].apiVersion, kind)!, 5).map((value) => ({ kind, value })),
    ),
  ],
  { numRuns: 300 },
)("what is right by its schema passes untouched", ({ kind, value }) => {
  const result = screen(value, schemaOf(KINDS[kind].apiVersion, kind)!, { minor: NEWEST });
  expect([result.wrong, result.unknown, result.dropped]).toEqual([[], [], []]);
  expect(result.value).toBe(value);
});

property.prop([kinds, fc.jsonValue({ maxDepth: 4 }), fc.boolean()])(
  "whatever stands in an object, what is left is found right the second time",
  (kind, spec, isPatch) => {
    const first = screened(kind, { metadata: spec, spec, status: spec }, 26, isPatch);
    const second = screened(kind, first.value, 26, isPatch);
    expect([second.unknown, second.dropped]).toEqual([[], []]);
    expect(second.value).toBe(first.value);
  },
);
