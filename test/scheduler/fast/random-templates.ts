import type { Labels, NodeSpec } from "../../../src/api/kubernetes.js";
import { type Dice, type NodeShape, type Template, makeTemplate } from "./random-cluster.js";

const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const RACK = "rack";

export interface Mix {
  /** Chances in percent. */
  readonly soft: number;
  readonly hard: number;
  readonly preferredPods: number;
  readonly requiredAnti: number;
  readonly requiredNear: number;
  readonly nodeAffinity: number;
  readonly tolerations: number;
  readonly ports: number;
  readonly odd: number;
}

const APPS = 6;
/** More extended resources than there are numbers in any table. */
const DEVICES = 300;

/** A few extended resources by name, in amounts that may go far beyond 32 bits. */
function devices(dice: Dice, most: number, amounts: readonly string[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (let i = 0; i < most; i += 1) {
    const number = dice.chance(80) ? dice.int(3) : dice.int(DEVICES);
    named[`example.com/device-${number}`] = dice.one(amounts);
  }
  return named;
}

/** What a container asks for: most often cpu and memory that are common, now and then anything. */
function randomRequests(dice: Dice): Record<string, string> {
  if (dice.chance(10)) return {};
  const common = {
    cpu: dice.one(["100m", "250m", "500m", "1"]),
    memory: dice.one(["128Mi", "512Mi", "1Gi"]),
  };
  if (dice.chance(80)) return common;
  const kind = dice.int(6);
  if (kind === 0) return { ...common, ...devices(dice, 2, ["0", "1", "3000000000"]) };
  if (kind === 1) return { ...common, "ephemeral-storage": dice.one(["0", "1Gi", "3Ti"]) };
  if (kind === 2) return { cpu: "0", memory: dice.one(["0", "1"]) };
  if (kind === 3) return { cpu: dice.one(["3", "5", "2500000"]), memory: "128Mi" };
  if (kind === 4) return { cpu: "1m", memory: dice.one(["3Gi", "5Ti", "4503599627370495"]) };
  return { cpu: common.cpu };
}

function containers(dice: Dice, ports: readonly object[]): object {
  const container = (name: string) => ({
    name,
    image: dice.one(["img:1", "img:2"]),
    resources: { requests: randomRequests(dice) },
  });
  const first = { ...container("c"), ports };
  return {
    containers: dice.chance(90) ? [first] : [first, container("d")],
    ...(dice.chance(5)
      ? { initContainers: [{ ...container("i"), restartPolicy: "Always" }, container("j")] }
      : {}),
    ...(dice.chance(5) ? { overhead: { cpu: "250m", memory: "1" } } : {}),
  };
}

function selector(dice: Dice, app: string): object {
  if (dice.chance(75)) return { matchLabels: { app } };
  if (dice.chance(50)) {
    return { matchExpressions: [{ key: "app", operator: "In", values: [app, "app-0"] }] };
  }
  return dice.chance(50)
    ? { matchExpressions: [{ key: "tier", operator: "Exists" }] }
    : { matchExpressions: [{ key: "app", operator: "NotIn", values: [app] }] };
}

function term(dice: Dice, app: string, odd: boolean): object {
  const key = dice.one([ZONE, ZONE, HOST, HOST, RACK]);
  const namespaces = dice.chance(10) ? { namespaces: ["other", "default"] } : {};
  const chosen = odd && dice.chance(30) ? { namespaceSelector: { matchLabels: { a: "b" } } } : {};
  const own = dice.chance(10)
    ? { [dice.one(["matchLabelKeys", "mismatchLabelKeys"])]: ["tier"] }
    : {};
  return { topologyKey: key, labelSelector: selector(dice, app), ...namespaces, ...chosen, ...own };
}

function constraint(dice: Dice, app: string, whenUnsatisfiable: string): object {
  return {
    maxSkew: 1 + dice.int(3),
    topologyKey: dice.one(
      whenUnsatisfiable === "DoNotSchedule" ? [ZONE, ZONE, ZONE, HOST] : [ZONE, HOST, RACK],
    ),
    whenUnsatisfiable,
    labelSelector: dice.chance(95) ? selector(dice, app) : {},
    ...(dice.chance(15) ? { matchLabelKeys: ["tier"] } : {}),
    ...(dice.chance(20) && whenUnsatisfiable === "DoNotSchedule"
      ? { minDomains: 1 + dice.int(4) }
      : {}),
    ...(dice.chance(30) ? { nodeTaintsPolicy: "Honor" } : {}),
    ...(dice.chance(20) ? { nodeAffinityPolicy: "Ignore" } : {}),
  };
}

function nodeAffinity(dice: Dice): object {
  const preferred = Array.from({ length: dice.int(3) }, () => ({
    weight: 1 + dice.int(100),
    preference: {
      matchExpressions: [
        { key: dice.one(["disk", ZONE]), operator: "In", values: [dice.one(["ssd", "zone-1"])] },
      ],
    },
  }));
  const required = dice.chance(30)
    ? {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            dice.chance(20)
              ? {
                  matchFields: [
                    { key: "metadata.name", operator: "In", values: [`node-${dice.int(9)}`] },
                  ],
                }
              : { matchExpressions: [{ key: "disk", operator: "In", values: ["ssd", "hdd"] }] },
          ],
        },
      }
    : {};
  return { ...required, preferredDuringSchedulingIgnoredDuringExecution: preferred };
}

function affinity(dice: Dice, app: string, mix: Mix): object {
  const odd = dice.chance(mix.odd);
  const preferred = (): object[] =>
    Array.from({ length: 1 + dice.int(2) }, () => ({
      weight: 1 + dice.int(100),
      podAffinityTerm: term(dice, app, odd),
    }));
  const near = dice.chance(mix.requiredNear) ? [term(dice, app, odd)] : [];
  const far = dice.chance(mix.requiredAnti) ? [term(dice, app, odd)] : [];
  const likes = dice.chance(mix.preferredPods);
  const podAffinity = {
    ...(near.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: near } : {}),
    ...(likes && dice.chance(40)
      ? { preferredDuringSchedulingIgnoredDuringExecution: preferred() }
      : {}),
  };
  const podAntiAffinity = {
    ...(far.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: far } : {}),
    ...(likes ? { preferredDuringSchedulingIgnoredDuringExecution: preferred() } : {}),
  };
  return {
    ...(Object.keys(podAffinity).length > 0 ? { podAffinity } : {}),
    ...(Object.keys(podAntiAffinity).length > 0 ? { podAntiAffinity } : {}),
    ...(dice.chance(mix.nodeAffinity) ? { nodeAffinity: nodeAffinity(dice) } : {}),
  };
}

export function randomTemplate(dice: Dice, mix: Mix): Template {
  const app = `app-${dice.int(APPS)}`;
  const labels: Labels = { app, ...(dice.chance(50) ? { tier: dice.one(["web", "db"]) } : {}) };
  const constraints = [
    ...(dice.chance(mix.soft) ? [constraint(dice, app, "ScheduleAnyway")] : []),
    ...(dice.chance(mix.soft / 3) ? [constraint(dice, app, "ScheduleAnyway")] : []),
    ...(dice.chance(mix.hard) ? [constraint(dice, app, "DoNotSchedule")] : []),
  ];
  const ports = dice.chance(mix.ports) ? [{ containerPort: 80, hostPort: 8000 + dice.int(2) }] : [];
  const volumes = dice.chance(Math.min(mix.odd, 10))
    ? [{ name: "v", persistentVolumeClaim: { claimName: "none" } }]
    : dice.chance(20)
      ? [{ name: "v", emptyDir: {} }]
      : [];
  const spec = {
    ...containers(dice, ports),
    affinity: affinity(dice, app, mix),
    ...(dice.chance(mix.nodeAffinity / 4) ? { nodeSelector: { disk: "ssd" } } : {}),
    ...(dice.chance(mix.tolerations)
      ? {
          tolerations: [
            dice.one([
              { operator: "Exists" },
              { key: "soft", operator: "Exists" },
              { key: "dedicated", operator: "Equal", value: "x" },
            ]),
          ],
        }
      : {}),
    topologySpreadConstraints: constraints,
    volumes,
    priority: dice.one([0, 0, 0, 10, 100]),
  };
  const replicaSet = dice.chance(30) ? app : "";
  return makeTemplate(dice.chance(90) ? "default" : "other", labels, spec, replicaSet);
}

/** Parts of a pod's spec that rules read. */
const PARTS = [
  "containers",
  "initContainers",
  "overhead",
  "affinity",
  "nodeSelector",
  "tolerations",
  "topologySpreadConstraints",
  "priority",
] as const;

/** As the first one, but for one part that it has from the second: what is told apart must show. */
export function mixedTemplate(dice: Dice, a: Template, b: Template): Template {
  if (dice.chance(20)) return { ...a, labels: b.labels };
  if (dice.chance(50)) {
    const part = dice.one(PARTS);
    return { ...a, spec: { ...a.spec, [part]: b.spec[part] } };
  }
  const [first, ...others] = a.spec.containers;
  const part = dice.one(["image", "ports", "resources"] as const);
  const containers = [{ ...first!, [part]: b.spec.containers[0]![part] }, ...others];
  return { ...a, spec: { ...a.spec, containers } as Template["spec"] };
}

export function randomNode(dice: Dice, name: string): NodeShape {
  const size = dice.int(4);
  const labels: Labels = {
    ...(dice.chance(95) ? { [HOST]: dice.chance(97) ? name : "node-0" } : {}),
    ...(dice.chance(92) ? { [ZONE]: `zone-${dice.int(3)}` } : {}),
    ...(dice.chance(70) ? { [RACK]: `rack-${dice.int(7)}` } : {}),
    ...(dice.chance(60) ? { disk: dice.one(["ssd", "hdd", "tape"]) } : {}),
  };
  const taints = [
    ...(dice.chance(12) ? [{ key: "soft", value: "", effect: "PreferNoSchedule" }] : []),
    ...(dice.chance(8)
      ? [{ key: "dedicated", value: dice.one(["x", "y"]), effect: "NoSchedule" }]
      : []),
  ];
  const spec: NodeSpec = {
    ...(taints.length > 0 ? { taints } : {}),
    ...(dice.chance(5) ? { unschedulable: true } : {}),
  } as NodeSpec;
  const anySize = dice.chance(90)
    ? { cpu: String([1, 2, 4, 8][size]), memory: `${[2, 4, 8, 16][size]}Gi` }
    : {
        cpu: dice.one(["0", "300m", "3000000"]),
        memory: dice.one(["0", "300Mi", "6Ti", "9007199254740991"]),
      };
  const more = {
    ...(dice.chance(30) ? { "ephemeral-storage": dice.one(["0", "2Gi", "5Ti"]) } : {}),
    ...(dice.chance(20) ? devices(dice, 1 + dice.int(3), ["0", "2", "7000000000"]) : {}),
  };
  return {
    ...anySize,
    more,
    pods: dice.chance(80) ? 110 : dice.one([0, 3, 3, 3]),
    labels,
    spec,
    images: dice.chance(30)
      ? [{ names: [dice.one(["img:1", "img:2"])], sizeBytes: 500_000_000 }]
      : [],
  };
}
