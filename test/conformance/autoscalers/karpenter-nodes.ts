import { parseGoDuration } from "../../../src/api/cron/go-duration.js";
import type { Labels, Manifest, Taint } from "../../../src/api/kubernetes.js";
import { fromManifest } from "../../../src/api/manifest.js";
import type { NewPod } from "../../../src/api/new-object.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import {
  type DisruptionBudget,
  DisruptionBudgets,
} from "../../../src/autoscaling/karpenter/disruption/budgets.js";
import type {
  ConsolidationPolicy,
  DisruptionNode,
  PoolDisruption,
} from "../../../src/autoscaling/karpenter/disruption/disruption-node.js";
import type { PodDisruptionBudget } from "../../../src/autoscaling/karpenter/disruption/eviction-limits.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { meta, object, pod } from "../controllers/objects.js";

/** What "now" is where a case does not say: virtual zero is 1970. */
const NOW = "2030-01-15T12:00:00Z";

interface GivenType {
  readonly name: string;
  readonly arch: string;
  readonly os: readonly string[];
  readonly labels: Labels;
  readonly offerings: readonly {
    readonly zone: string;
    readonly capacityType: string;
    readonly price: number;
  }[];
}

interface GivenNode {
  readonly name: string;
  readonly nodePool: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly capacityType: string;
  readonly state?: "initialized" | "registered" | "launched";
  readonly unmanaged?: boolean;
  readonly deleting?: boolean;
  readonly notReady?: boolean;
  readonly nominated?: boolean;
  readonly labels?: Labels;
  readonly dropLabels?: readonly string[];
  readonly annotations?: Labels;
  readonly taints?: readonly Taint[];
  readonly createdSecondsAgo?: number;
  readonly initializedSecondsAgo?: number;
  readonly lastPodEventSecondsAgo?: number;
  readonly expireAfterSeconds?: number;
  readonly driftedSecondsAgo?: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface GivenPool {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly disruption: {
      readonly consolidationPolicy: ConsolidationPolicy;
      readonly consolidateAfter: string;
      readonly budgets?: readonly DisruptionBudget[];
    };
  };
}

export interface DisruptionGiven {
  readonly now?: string;
  readonly nodePools: readonly GivenPool[];
  readonly instanceTypes?: readonly GivenType[];
  readonly nodes?: readonly GivenNode[];
  readonly pods?: readonly (Manifest & { readonly copies?: number })[];
  readonly podDisruptionBudgets?: readonly Manifest[];
  readonly options?: { readonly podDeletionCostManagement?: boolean };
}

export const nowOf = ({ now = NOW }: { readonly now?: string }): number => microsOf(now);

export function microsOf(text: string): number {
  const [whole = "", fraction = "", zone = ""] = text.split(/\.|(?=Z)/);
  return zone === ""
    ? Date.parse(text) * 1000
    : Date.parse(`${whole}${zone}`) * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

export function poolOf({ metadata, spec }: GivenPool): PoolDisruption {
  const { consolidationPolicy, consolidateAfter, budgets = [] } = spec.disruption;
  return {
    name: metadata.name,
    consolidationPolicy,
    consolidateAfterMicros:
      consolidateAfter === "Never" ? null : parseGoDuration(consolidateAfter)!,
    budgets: DisruptionBudgets.of(budgets),
  };
}

function podVersion(manifest: Manifest, name: string, now: number): PodVersion {
  const isBound = (manifest.spec as { nodeName?: string }).nodeName !== undefined;
  const startTime = new Date(now / 1000 - 3_600_000).toISOString();
  const running = {
    phase: "Running",
    startTime,
    conditions: [{ type: "Ready", status: "True" }],
  };
  const pending = {
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
  };
  const metadata = { ...manifest.metadata, name, uid: manifest.metadata.uid ?? name };
  const status = manifest.status ?? (isBound ? running : pending);
  const made = fromManifest(
    { ...manifest, apiVersion: "v1", kind: "Pod", metadata, status },
    0,
  ) as NewPod;
  return pod(meta(0, name, made as Partial<NewPod>), made);
}

/** A pod of a case with `copies` stands for so many of them. */
function podsOf({ pods = [], ...given }: DisruptionGiven): readonly PodVersion[] {
  return pods.flatMap(({ copies, ...manifest }) => {
    const { name = "" } = manifest.metadata;
    if (copies === undefined) return [podVersion(manifest, name, nowOf(given as DisruptionGiven))];
    return Array.from({ length: copies }, (_, i) =>
      podVersion(
        manifest,
        `${name}-${String(i).padStart(3, "0")}`,
        nowOf(given as DisruptionGiven),
      ),
    );
  });
}

function labelsOf(node: GivenNode, type: GivenType | undefined): Labels {
  if (node.unmanaged === true) return { "kubernetes.io/hostname": node.name, ...node.labels };
  const labels: Record<string, string> = {
    "kubernetes.io/hostname": node.name,
    "topology.kubernetes.io/zone": node.zone,
    "node.kubernetes.io/instance-type": node.instanceType,
    ...(type === undefined
      ? {}
      : { "kubernetes.io/arch": type.arch, "kubernetes.io/os": type.os[0]! }),
    ...type?.labels,
    "karpenter.sh/capacity-type": node.capacityType,
    "karpenter.sh/nodepool": node.nodePool,
    ...node.labels,
  };
  for (const key of node.dropLabels ?? []) delete labels[key];
  return labels;
}

export function nodesOf(given: DisruptionGiven): readonly DisruptionNode[] {
  const now = nowOf(given);
  const types = new Map((given.instanceTypes ?? []).map((type) => [type.name, type]));
  const pods = podsOf(given);
  const ago = (seconds: number) => now - secondsToMicros(seconds);
  return (given.nodes ?? []).map((node) => {
    const { createdSecondsAgo: created = 7200, state = "initialized" } = node;
    const { initializedSecondsAgo: initialized = created - 60 } = node;
    const labels = labelsOf(node, types.get(node.instanceType));
    const micros = (seconds: number | undefined) =>
      seconds === undefined ? null : secondsToMicros(seconds);
    return {
      name: node.name,
      claim:
        node.unmanaged === true
          ? null
          : {
              creationTimeMicros: ago(created),
              initializedMicros: state === "initialized" ? ago(initialized) : null,
              lastPodEventMicros:
                node.lastPodEventSecondsAgo === undefined ? null : ago(node.lastPodEventSecondsAgo),
              expireAfterMicros: micros(node.expireAfterSeconds),
              terminationGracePeriodMicros: micros(node.terminationGracePeriodSeconds),
              labels,
            },
      stage: state,
      labels,
      annotations: node.annotations ?? {},
      isReady: node.notReady !== true,
      isDeleting: node.deleting === true,
      isNominated: node.nominated === true,
      pods: pods.filter(({ nodeName }) => nodeName === node.name),
    };
  });
}

export function limitsOf(given: DisruptionGiven): readonly PodDisruptionBudget[] {
  return (given.podDisruptionBudgets ?? []).map(({ metadata, spec, status }) => {
    const { name = "", namespace = "default" } = metadata;
    return object(
      "PodDisruptionBudget",
      meta(0, name, { namespace }),
      spec as never,
      status as never,
    );
  });
}
