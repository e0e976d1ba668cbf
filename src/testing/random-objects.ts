import { defaultSpec } from "../api/defaults.js";
import type { Labels, PodSpec } from "../api/kubernetes.js";
import type { ObjectVersion } from "../api/object-version.js";
import { EMPTY_POD_STATUS, PodVersion } from "../api/pod-version.js";
import type { RandomStream } from "../kernel/random-streams.js";

/** Pods that are made of one template share spec and labels, as those of a controller do. */
export interface Template {
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

const ZONE = "topology.kubernetes.io/zone";
const GPU = "example.com/gpu";

function one<T>(dice: RandomStream, of: readonly T[]): T {
  return of[dice.int(of.length)]!;
}

function meta(kind: string, namespace: string, name: string) {
  return {
    kind,
    row: 0,
    uid: `${kind}/${namespace}/${name}`,
    namespace,
    name,
    generateName: "",
    resourceVersion: 1,
    generation: 1,
    creationTimeMicros: 0,
    deletionTimeMicros: null,
    deletionGracePeriodSeconds: null,
    annotations: {},
    ownerReferences: [],
    finalizers: [],
  };
}

/** A node of random size, zone, labels and taints. */
export function randomNode(dice: RandomStream, name: string): ObjectVersion<"Node"> {
  const allocatable = {
    cpu: one(dice, ["2", "4", "3900m", "16"]),
    memory: one(dice, ["4Gi", "8Gi", "7777Mi", "64Gi"]),
    pods: one(dice, ["4", "20", "110"]),
    ...(dice.int(4) === 0 ? { [GPU]: one(dice, ["1", "4"]) } : {}),
  };
  const labels = {
    "kubernetes.io/hostname": name,
    [ZONE]: one(dice, ["a", "b", "c"]),
    ...(dice.int(2) === 0 ? { disk: one(dice, ["ssd", "hdd"]) } : {}),
  };
  const taint = {
    key: "dedicated",
    value: "team",
    effect: one(dice, ["NoSchedule", "PreferNoSchedule"]),
  };
  const spec = {
    ...(dice.int(6) === 0 ? { taints: [taint] } : {}),
    ...(dice.int(15) === 0 ? { unschedulable: true } : {}),
  };
  const status = { allocatable, capacity: allocatable };
  return { ...meta("Node", "", name), labels, spec, status } as unknown as ObjectVersion<"Node">;
}

export function randomTemplate(dice: RandomStream, number: number): Template {
  const requests = {
    ...(dice.int(10) === 0 ? {} : { cpu: one(dice, ["100m", "500m", "1", "2500m"]) }),
    ...(dice.int(10) === 0 ? {} : { memory: one(dice, ["128Mi", "1Gi", "3Gi"]) }),
    ...(dice.int(8) === 0 ? { [GPU]: "1" } : {}),
  };
  const spec = {
    containers: [{ name: "main", image: one(dice, ["app:1", "app:2"]), resources: { requests } }],
    priority: one(dice, [0, 0, 10, 1000]),
    ...(dice.int(4) === 0 ? { nodeSelector: { disk: "ssd" } } : {}),
    ...(dice.int(4) === 0 ? { tolerations: [{ key: "dedicated", operator: "Exists" }] } : {}),
    ...(dice.int(5) === 0
      ? {
          topologySpreadConstraints: [
            {
              maxSkew: 2,
              topologyKey: ZONE,
              whenUnsatisfiable: one(dice, ["DoNotSchedule", "ScheduleAnyway"]),
              labelSelector: { matchLabels: { app: `app-${number}` } },
            },
          ],
        }
      : {}),
    ...(dice.int(6) === 0 ? { activeDeadlineSeconds: 60 * (1 + dice.int(10)) } : {}),
  };
  return {
    namespace: one(dice, ["default", "team-a", "team-b"]),
    labels: { app: `app-${number}` },
    spec: defaultSpec("Pod", spec as never) as PodSpec,
  };
}

export function podOf(template: Template, name: string, creationTimeMicros: number): PodVersion {
  return PodVersion.of({
    ...meta("Pod", template.namespace, name),
    creationTimeMicros,
    labels: template.labels,
    spec: template.spec,
    nodeName: "",
    nominatedNodeName: "",
    phase: "Pending",
    status: EMPTY_POD_STATUS,
  });
}
