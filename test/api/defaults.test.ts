import { describe, expect, test } from "vitest";
import { defaultSpec } from "../../src/api/defaults.js";
import { each, fill, within } from "../../src/api/defaults/fill.js";
import type { Kind, SpecOf } from "../../src/api/kinds.js";
import type { PodSpec } from "../../src/api/kubernetes.js";

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "c", image: "web:v1" }] },
};
const selector = { matchLabels: { app: "web" } };

function pod(container: object, more: object = {}): PodSpec {
  const spec = { containers: [{ name: "c", image: "web:v1", ...container }], ...more };
  return defaultSpec("Pod", spec as PodSpec);
}

describe("a pod", () => {
  test("gets the API server's defaults", () => {
    expect(pod({})).toMatchObject({
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      terminationGracePeriodSeconds: 30,
      schedulerName: "default-scheduler",
      enableServiceLinks: true,
    });
  });

  test("keeps what it states, even a zero", () => {
    const spec = pod({}, { terminationGracePeriodSeconds: 0, restartPolicy: "Never" });
    expect(spec.terminationGracePeriodSeconds).toBe(0);
    expect(spec.restartPolicy).toBe("Never");
  });

  test("a container requests what it is limited to, resource by resource", () => {
    const resources = { requests: { cpu: "0" }, limits: { cpu: "1", memory: "1Gi" } };
    expect(pod({ resources }).containers[0]?.resources?.requests).toEqual({
      cpu: "0",
      memory: "1Gi",
    });
    expect(pod({}).containers[0]?.resources).toEqual({});
  });

  test("resources of the whole pod: requests come from its containers, else from its limits", () => {
    const spec = pod(
      { resources: { requests: { cpu: "2" } } },
      { resources: { limits: { cpu: "4", memory: "1Gi" } } },
    );
    expect(spec.resources?.requests).toEqual({ cpu: "2", memory: "1Gi" });
  });

  test("ports are TCP, and the host's on its network", () => {
    const ports = [{ containerPort: 80 }];
    expect(pod({ ports }).containers[0]?.ports).toEqual([{ containerPort: 80, protocol: "TCP" }]);
    expect(pod({ ports }, { hostNetwork: true }).containers[0]?.ports).toEqual([
      { containerPort: 80, hostPort: 80, protocol: "TCP" },
    ]);
  });

  test("probes", () => {
    const probe = pod({ readinessProbe: { httpGet: { port: 80 } } }).containers[0]?.readinessProbe;
    expect(probe).toEqual({
      httpGet: { port: 80, path: "/", scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  });

  test.each([
    ["web", "Always"],
    ["web:latest", "Always"],
    ["registry:5000/web", "Always"],
    ["registry:5000/web:v1", "IfNotPresent"],
    ["web@sha256:abc", "IfNotPresent"],
    ["web:latest@sha256:abc", "Always"],
  ])("the image %s is pulled %s", (image, policy) => {
    expect(pod({ image }).containers[0]?.imagePullPolicy).toBe(policy);
  });
});

const cases: { [K in Kind]?: readonly [SpecOf[K], object] } = {
  Deployment: [
    { selector, template },
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" },
      },
      template: { spec: { restartPolicy: "Always" } },
    },
  ],
  ReplicaSet: [{ selector, template }, { replicas: 1 }],
  StatefulSet: [
    { selector, template, serviceName: "web" },
    {
      replicas: 1,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    },
  ],
  DaemonSet: [
    { selector, template },
    {
      revisionHistoryLimit: 10,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    },
  ],
  ReplicationController: [{ template }, { replicas: 1, selector: { app: "web" } }],
  Job: [
    { template },
    {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
    },
  ],
  CronJob: [
    { schedule: "* * * * *", jobTemplate: { spec: { template } } },
    { concurrencyPolicy: "Allow", successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
  ],
  Service: [
    { ports: [{ port: 80 }] },
    { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP", targetPort: 80 }] },
  ],
  EndpointSlice: [
    { addressType: "IPv4", endpoints: [], ports: [{ port: 80 }] },
    { ports: [{ name: "", protocol: "TCP" }] },
  ],
  HorizontalPodAutoscaler: [
    {
      scaleTargetRef: { kind: "Deployment", name: "web" },
      maxReplicas: 3,
      behavior: { scaleDown: { selectPolicy: "Min" } },
    },
    {
      minReplicas: 1,
      metrics: [{ resource: { name: "cpu", target: { averageUtilization: 80 } } }],
      behavior: {
        scaleUp: { selectPolicy: "Max", stabilizationWindowSeconds: 0 },
        scaleDown: { selectPolicy: "Min", policies: [{ type: "Percent", value: 100 }] },
      },
    },
  ],
  PriorityClass: [{ value: 5 }, { preemptionPolicy: "PreemptLowerPriority" }],
  LimitRange: [
    { limits: [{ type: "Container", max: { cpu: "2" }, min: { memory: "1Mi" } }] },
    { limits: [{ default: { cpu: "2" }, defaultRequest: { cpu: "2", memory: "1Mi" } }] },
  ],
  PersistentVolumeClaim: [{ accessModes: ["ReadWriteOnce"] }, { volumeMode: "Filesystem" }],
  PersistentVolume: [{}, { volumeMode: "Filesystem", persistentVolumeReclaimPolicy: "Retain" }],
  StorageClass: [{ provisioner: "p" }, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }],
  CSIDriver: [{}, { attachRequired: true, storageCapacity: false }],
};

describe.each(Object.keys(cases) as (keyof typeof cases)[])("%s", (kind) => {
  const [spec, expected] = cases[kind] as readonly [SpecOf[Kind], object];

  test("gets the API server's defaults, and the input stays as it was", () => {
    const before = structuredClone(spec);
    expect(defaultSpec(kind, spec)).toMatchObject(expected);
    expect(spec).toEqual(before);
  });

  test("a second time adds nothing", () => {
    const once = defaultSpec(kind, spec);
    expect(defaultSpec(kind, once)).toEqual(once);
  });
});

test("a template's containers request nothing that they do not state", () => {
  const limited = structuredClone(template) as { spec: PodSpec };
  limited.spec.containers[0]!.resources = { limits: { cpu: "1" } };
  const spec = defaultSpec("Deployment", { selector, template: limited });
  expect(spec.template.spec?.containers[0]?.resources?.requests).toBeUndefined();
});

test("Recreate gets no rolling update", () => {
  const spec = defaultSpec("Deployment", { selector, template, strategy: { type: "Recreate" } });
  expect(spec.strategy).toEqual({ type: "Recreate" });
});

test("a Job with completions alone runs one pod at a time, one with parallelism alone has none", () => {
  expect(defaultSpec("Job", { template, completions: 5 }).parallelism).toBe(1);
  expect(defaultSpec("Job", { template, parallelism: 5 }).completions).toBeUndefined();
});

test("a pod that misses nothing is given back itself, so that pods go on sharing their spec", () => {
  const spec = pod({ resources: { limits: { cpu: "1" } }, ports: [{ containerPort: 80 }] });
  expect(defaultSpec("Pod", spec)).toBe(spec);
});

test("fill, within and each give back their input when nothing changes", () => {
  const object = { a: 1, list: [1, 2] };
  expect(fill(object, { a: 2 })).toBe(object);
  expect(within(object, "list", (list) => each(list, (n) => n))).toBe(object);
  expect(within(object, "list", (list) => each(list, (n) => n + 1))).toEqual({
    a: 1,
    list: [2, 3],
  });
  expect(object.list).toEqual([1, 2]);
});
