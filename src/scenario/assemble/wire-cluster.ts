import { featuresOf } from "../../api/features.js";
import type { Labels, ResourceList } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { declaredFeatures } from "../../cluster/declared-features.js";
import { Kubelets } from "../../cluster/kubelets.js";
import type { KubeletsOptions } from "../../cluster/kubelets-options.js";
import { NodeFailures } from "../../cluster/node-failures.js";
import { NodePools } from "../../cluster/node-pools.js";
import { EventCorrelator } from "../../record/event-correlator.js";
import type { NodePrice } from "../../record/node-ledger.js";
import { tellingEvents } from "../../record/telling-events.js";
import { DEFAULTS } from "../defaults.js";
import type { NodePool, Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";
import { karpenterPriceOf } from "./wire-karpenter.js";

/** Each kubelet remembers the Events of its own pods: 4,096 objects. */
const EVENTS_OF_ALL_KUBELETS = 1_000_000;

type NodeVersion = ObjectVersion<"Node">;

/** The pool of a node: the one that made it, or the first that adopts it. */
export function poolOf(scenario: Scenario, node: NodeVersion): NodePool | null {
  for (const pool of scenario.cluster.nodePools) {
    if (pool.match !== null ? hasLabels(node.labels, pool.match.labels) : isMadeBy(node, pool)) {
      return pool;
    }
  }
  return null;
}

export function priceOf(scenario: Scenario, node: NodeVersion): NodePrice | null {
  const { karpenter } = scenario.cluster;
  const price = karpenter === null ? null : karpenterPriceOf(karpenter.instanceTypes, node);
  if (price !== null) return price;
  const pool = poolOf(scenario, node);
  if (pool === null) return null;
  return { pool: pool.name, pricePerHourDollars: pool.pricePerHourDollars };
}

/** Builds the pools and stores their first nodes. */
export function wireNodePools(ground: Ground, scenario: Scenario): NodePools {
  const { latency, kubelet } = scenario.controlPlane;
  const pools = new NodePools({
    engine: ground.engine,
    informers: ground.informers("cloud", kubelet.watchLatencyMicros),
    client: ground.unlimitedClient("cloud", latency.apiMicros),
    observer: ground.observer,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    declaredFeatures: declaredFeatures(scenario.kubernetesMinor, scenario.featureGates),
  });
  for (const pool of scenario.cluster.nodePools) {
    if (pool.match !== null) {
      pools.adopt(pool.name, pool.match.labels);
      continue;
    }
    const { name, zones, labels, taints } = pool;
    const capacity: ResourceList = pool.capacity;
    const shape = { name, zones, capacity, reserved: pool.reserved, labels, taints };
    for (const node of pools.define(shape, pool.nodes)) ground.server.load(node);
  }
  return pools;
}

export function wireKubelets(
  ground: Ground,
  scenario: Scenario,
  { behavior, volumeTimes }: Pick<KubeletsOptions, "behavior" | "volumeTimes">,
): Kubelets {
  const { latency, kubelet } = scenario.controlPlane;
  const { kubernetesMinor, featureGates } = scenario;
  const features = featuresOf(kubernetesMinor, featureGates);
  const correlator = new EventCorrelator(features.EventsLimitedByType, EVENTS_OF_ALL_KUBELETS);
  return new Kubelets({
    engine: ground.engine,
    informers: ground.informers("kubelet", kubelet.watchLatencyMicros),
    client: ground.unlimitedClient("kubelet", latency.apiMicros),
    observer: tellingEvents(ground.observer, (...event) => correlator.messageOf(...event)),
    behavior,
    ...(volumeTimes !== undefined && { volumeTimes }),
    features: {
      podReadyToStartContainers: features.PodReadyToStartContainersCondition,
      podDisruptionConditions: features.PodDisruptionConditions,
      terminalPhaseOnDeletion: kubernetesMinor >= 27,
      restartsAllContainers: features.RestartAllContainersOnContainerExits,
    },
    resizesByPriority: features.DeferredResizesByPriority,
    imagePulling: (node) => {
      const images = poolOf(scenario, node)?.images;
      const parallel = kubelet.serializeImagePulls
        ? 1
        : (kubelet.maxParallelImagePulls ?? Number.POSITIVE_INFINITY);
      return {
        pullBytesPerSecond: images?.pullBytesPerSecond ?? DEFAULTS.pullBytesPerSecond,
        parallelPulls: Math.max(parallel, images?.parallelPulls ?? 1),
      };
    },
    imagePolicy: kubelet.imageGc,
    evictionPolicy: kubelet.eviction,
    shutdownGracePeriods: kubelet.shutdownGracePeriods,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    nodeStatusUpdateFrequencyMicros: kubelet.nodeStatusUpdateFrequencyMicros,
  });
}

/** What has the nodes of pools fail; undefined where no pool's nodes do. */
export function wireFailures(
  ground: Ground,
  scenario: Scenario,
  kubelets: Kubelets,
): NodeFailures | undefined {
  if (scenario.cluster.nodePools.every(({ failures }) => failures === null)) return undefined;
  return new NodeFailures({
    engine: ground.engine,
    informers: ground.informers("machines", 0),
    modelOf: (node) => {
      const pool = poolOf(scenario, node);
      return pool?.failures ? { pool: pool.name, model: pool.failures } : null;
    },
    failNode: (name, fault) => kubelets.failNode(name, fault),
    recoverNode: (name) => kubelets.recoverNode(name),
  });
}

function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function isMadeBy(node: NodeVersion, pool: NodePool): boolean {
  const prefix = `${pool.name}-`;
  return node.name.startsWith(prefix) && /^\d+$/.test(node.name.slice(prefix.length));
}
