import { featuresOf } from "../../api/features.js";
import type { VersionOf } from "../../api/object-version.js";
import { ClusterAutoscaler } from "../../autoscaling/cluster-autoscaler/controller/cluster-autoscaler.js";
import {
  type AutoscaledPool,
  ProvisionedGroups,
} from "../../autoscaling/cluster-autoscaler/controller/provisioned-groups.js";
import { readPriorities } from "../../autoscaling/cluster-autoscaler/scale-up/priority.js";
import type { NodePools } from "../../cluster/node-pools.js";
import { NodeProvisioning } from "../../cluster/node-provisioning.js";
import { distributionOf } from "../../kernel/distribution.js";
import { EventCorrelator } from "../../record/event-correlator.js";
import { tellingEvents } from "../../record/telling-events.js";
import type { ClusterFork } from "../../scheduler/framework/cluster-fork.js";
import type { NodePool, Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";
import { poolOf } from "./wire-cluster.js";

const NAME = "cluster-autoscaler";

type Autoscaled = NodePool & { readonly autoscaling: NonNullable<NodePool["autoscaling"]> };

/** The Cluster Autoscaler of a run, with the cloud that it asks; null where no pool has it. */
export function wireAutoscaling(
  ground: Ground,
  scenario: Scenario,
  { pools, cluster }: { readonly pools: NodePools; readonly cluster: () => ClusterFork },
): ClusterAutoscaler | null {
  const autoscaled = scenario.cluster.nodePools.filter(
    (pool): pool is Autoscaled => pool.autoscaling !== null,
  );
  if (autoscaled.length === 0) return null;
  const { latency, clusterAutoscaler: section } = scenario.controlPlane;
  const startTimeMs = scenario.startTimeEpochMicros / 1000;
  const informers = ground.informers(NAME, latency.watchMicros);
  const groups = new ProvisionedGroups({
    pools: autoscaled.map((pool) => autoscaledPool(pool, scenario, pools)),
    supply: supplyOf(ground, scenario, autoscaled, pools),
    nodes: informers.informer("Node"),
    poolOf: (node) => poolOf(scenario, node)?.name ?? null,
  });
  const features = featuresOf(scenario.kubernetesMinor, scenario.featureGates);
  const correlator = new EventCorrelator(features.EventsLimitedByType);
  return new ClusterAutoscaler({
    engine: ground.engine,
    informers,
    client: ground.client(NAME, { latencyMicros: latency.apiMicros, ...section.client }),
    observer: tellingEvents(ground.observer, (...event) => correlator.messageOf(...event)),
    groups,
    cluster: cluster(),
    options: section.options,
    expanders: {
      priorities: readPriorities(section.priorities),
      resourcePrices: section.resourcePrices,
    },
    scanIntervalMicros: section.scanIntervalMicros,
    startTimeMs,
  });
}

function supplyOf(
  ground: Ground,
  scenario: Scenario,
  autoscaled: readonly Autoscaled[],
  pools: NodePools,
): NodeProvisioning {
  const { latency, kubelet } = scenario.controlPlane;
  const delays = new Map(
    autoscaled.map(({ name, readyAfterMicros, autoscaling }) => [
      name,
      {
        registration: distributionOf(autoscaling.provisioningMicros),
        readiness: distributionOf({ type: "constant", value: readyAfterMicros }),
        removal: distributionOf(autoscaling.removalMicros),
      },
    ]),
  );
  return new NodeProvisioning({
    engine: ground.engine,
    name: "cloud",
    informers: ground.informers("cloud/machines", kubelet.watchLatencyMicros),
    client: ground.unlimitedClient("cloud/machines", latency.apiMicros),
    observer: ground.observer,
    pools,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    delaysOf: (pool) => delays.get(pool)!,
  });
}

function autoscaledPool(pool: Autoscaled, scenario: Scenario, pools: NodePools): AutoscaledPool {
  const { min, max, stock, options } = pool.autoscaling;
  return {
    name: pool.name,
    minSize: min,
    maxSize: max,
    stock,
    pricePerHour: pool.pricePerHourDollars,
    options: { ...scenario.controlPlane.clusterAutoscaler.nodeGroupOptions, ...options },
    template: templateOf(pool.name, pools),
  };
}

/** A node of the pool as its kubelet would register it now. */
function templateOf(pool: string, pools: NodePools): VersionOf<"Node"> | null {
  const node = pools.template(pool);
  if (node === null) return null;
  const assigned = { row: -1, uid: `template/${pool}`, resourceVersion: 0, generation: 0 };
  return { ...node, ...assigned, creationTimeMicros: 0 };
}
