import type { PodSpec } from "../../src/api/kubernetes.js";
import type { ObjectVersion } from "../../src/api/object-version.js";
import type { PodVersion } from "../../src/api/pod-version.js";
import { Lcg, type NodeShape, benchPod, benchService } from "./world.js";

/** A workload: the pod number `i`, over endless `i`; pods of one template share spec and labels. */
export type Workload = (i: number) => PodVersion;

const GI = ["16Gi", "32Gi", "64Gi", "128Gi"];
const CPU = ["4", "8", "16", "32"];
const REQUESTS = [
  { cpu: "100m", memory: "128Mi" },
  { cpu: "250m", memory: "512Mi" },
  { cpu: "500m", memory: "1Gi" },
  { cpu: "1", memory: "2Gi" },
];
const APPS = 20;
const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";

/** Node number `i` of the recorded benchmark. */
export function speedNode(i: number): NodeShape {
  return {
    cpu: CPU[i % 4]!,
    memory: GI[i % 4]!,
    labels: {
      [HOST]: `node-${i}`,
      "topology.kubernetes.io/region": "region-1",
      [ZONE]: `zone-${Math.floor(i / 4) % 3}`,
    },
  };
}

function specOf(requests: object, more: object = {}): PodSpec {
  return {
    containers: [{ name: "main", image: "img", resources: { requests } }],
    schedulerName: "default-scheduler",
    priority: 0,
    ...more,
  } as PodSpec;
}

/** Pods of 20 apps whose spec depends on the app alone. */
function ofApps(more: (app: string) => object): Workload {
  const templates = Array.from({ length: APPS }, (_, app) => {
    const labels = { app: `app-${app}` };
    return { labels, spec: specOf(REQUESTS[app % 4]!, more(labels.app)) };
  });
  return (i) => {
    const { labels, spec } = templates[i % APPS]!;
    return benchPod(`pod-${i}`, labels, spec);
  };
}

const selectorOf = (app: string): object => ({ matchLabels: { app } });

const a: Workload = ofApps(() => ({}));

const b: Workload = ofApps((app) => ({
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: ZONE,
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: selectorOf(app),
    },
  ],
}));

const c: Workload = ofApps((app) => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { topologyKey: HOST, labelSelector: selectorOf(app) } },
      ],
    },
  },
}));

const d: Workload = (i) => {
  const labels = { app: `app-${i % APPS}`, group: `g-${Math.floor(i / 3)}` };
  const term = { topologyKey: ZONE, labelSelector: { matchLabels: { group: labels.group } } };
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
  return benchPod(`pod-${i}`, labels, specOf(REQUESTS[i % 4]!, { affinity: { podAntiAffinity } }));
};

export const LADDER: Readonly<Record<string, Workload>> = { a, b, c, d };

const MIXED_TEMPLATES = 200;

/** Node number `i` of workload e: one in ten repels softly, one in twenty is for tenants. */
export function mixedNode(i: number): NodeShape {
  const taints = [
    ...(i % 10 === 3 ? [{ key: "spot", value: "", effect: "PreferNoSchedule" }] : []),
    ...(i % 20 === 7 ? [{ key: "tenant", value: "x", effect: "NoSchedule" }] : []),
  ];
  const shape = speedNode(i);
  return { ...shape, labels: { ...shape.labels, disk: i % 3 === 0 ? "ssd" : "hdd" }, taints };
}

/** Workload e: 200 templates with hard zone spreading, host anti-affinity, node affinity, taints. */
export function mixed(): Workload {
  const dice = new Lcg(7);
  const templates = Array.from({ length: MIXED_TEMPLATES }, (_, t) => {
    const app = `mix-${t}`;
    const term = { topologyKey: HOST, labelSelector: selectorOf(app) };
    const preference = {
      matchExpressions: [{ key: "disk", operator: "In", values: [t % 2 === 0 ? "ssd" : "hdd"] }],
    };
    const requests = { cpu: `${50 + dice.int(900)}m`, memory: `${64 + dice.int(2000)}Mi` };
    const spec = specOf(requests, {
      ...(t % 2 === 0
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1 + (t % 3),
                topologyKey: ZONE,
                whenUnsatisfiable: "DoNotSchedule",
                labelSelector: selectorOf(app),
              },
            ],
          }
        : {}),
      affinity: {
        ...(t % 3 === 0
          ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } }
          : {}),
        ...(t % 5 < 3
          ? {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  { weight: 10 + (t % 7) * 10, preference },
                ],
              },
            }
          : {}),
      },
      ...(t % 4 === 0 ? { tolerations: [{ key: "tenant", operator: "Exists" }] } : {}),
    });
    return { labels: { app }, spec };
  });
  return (i) => {
    const { labels, spec } = templates[i % MIXED_TEMPLATES]!;
    return benchPod(`pod-${i}`, labels, spec);
  };
}

/** So many different templates, of different requests. */
export function manyTemplates(count: number): Workload {
  const templates = Array.from({ length: count }, (_, t) => ({
    labels: { app: `many-${t}` },
    spec: specOf({ cpu: `${10 + (t % 1000)}m`, memory: `${64 + Math.floor(t / 1000)}Mi` }),
  }));
  return (i) => {
    const { labels, spec } = templates[i % count]!;
    return benchPod(`pod-${i}`, labels, spec);
  };
}

/** Pods of a priority, that ask for `cpu`. */
export function ofPriority(priority: number, cpu: string): Workload {
  const labels = { app: `priority-${priority}` };
  const spec = specOf({ cpu, memory: "128Mi" }, { priority });
  return (i) => benchPod(`p${priority}-${i}`, labels, spec);
}

const SERVICES = 200;

/** Pods of 200 Services without a rule of their own: they are spread by the scheduler's defaults. */
export function ofServices(): Workload {
  const templates = Array.from({ length: SERVICES }, (_, i) => ({
    labels: { app: `service-${i}` },
    spec: specOf(REQUESTS[i % REQUESTS.length]!),
  }));
  return (i) => {
    const { labels, spec } = templates[i % SERVICES]!;
    return benchPod(`pod-${i}`, labels, spec);
  };
}

/** The Services that select them. */
export function serviceOf(): readonly ObjectVersion<"Service">[] {
  return Array.from({ length: SERVICES }, (_, i) => benchService(`service-${i}`));
}
