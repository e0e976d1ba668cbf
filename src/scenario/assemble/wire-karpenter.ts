import type { ObjectVersion } from "../../api/object-version.js";
import type { Cloud } from "../../autoscaling/karpenter/controller/cloud.js";
import { Karpenter } from "../../autoscaling/karpenter/controller/karpenter.js";
import { InstanceType, type InstanceTypeEntry } from "../../autoscaling/karpenter/instance-type.js";
import {
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  NODE_POOL_LABEL,
  RESERVATION_ID_LABEL,
  ZONE_LABEL,
} from "../../autoscaling/karpenter/well-known-labels.js";
import type { NodePools } from "../../cluster/node-pools.js";
import { NodeProvisioning } from "../../cluster/node-provisioning.js";
import { distributionOf } from "../../kernel/distribution.js";
import type { NodePrice } from "../../record/node-ledger.js";
import { DEFAULTS } from "../defaults.js";
import type { KarpenterSection } from "../schema/karpenter.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** Requests a second and at once. Source: karpenter 1.15, `--kube-client-qps` and `-burst`. */
const CLIENT = { qps: 200, burst: 300 };

/** Karpenter and its cloud; null where the scenario has none. */
export function wireKarpenter(
  ground: Ground,
  scenario: Scenario,
  pools: NodePools,
): Karpenter | null {
  const { karpenter } = scenario.cluster;
  if (karpenter === null) return null;
  const { latency, controllerManager } = scenario.controlPlane;
  const { engine, observer } = ground;
  const startTimeMs = scenario.startTimeEpochMicros / 1000;
  return new Karpenter({
    ...{ engine, observer, startTimeMs },
    informers: ground.informers("karpenter", controllerManager.watchLatencyMicros),
    client: ground.client("karpenter", { latencyMicros: latency.apiMicros, ...CLIENT }),
    instanceTypes: karpenter.instanceTypes.map((entry, index) => new InstanceType(entry, index)),
    cloud: cloudOf(ground, scenario, karpenter, pools),
    settings: karpenter.settings,
    spotLifetime: karpenter.spotLifetime === null ? null : distributionOf(karpenter.spotLifetime),
  });
}

/** A pool of machines for each NodePool; each machine is of a shape of its own. */
function cloudOf(
  ground: Ground,
  scenario: Scenario,
  { provisioning }: KarpenterSection,
  pools: NodePools,
): Cloud {
  const { latency, kubelet } = scenario.controlPlane;
  const delays = {
    registration: distributionOf(provisioning.registration),
    readiness: distributionOf(provisioning.readiness),
    removal: distributionOf(provisioning.removal),
  };
  const machines = new NodeProvisioning({
    engine: ground.engine,
    informers: ground.informers("karpenter-cloud", kubelet.watchLatencyMicros),
    client: ground.unlimitedClient("karpenter-cloud", latency.apiMicros),
    observer: ground.observer,
    pools,
    delaysOf: () => delays,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    name: "karpenter-machines",
  });
  const defined = new Set<string>();
  return {
    launch: ({ nodePool: name, type, labels, taints }) => {
      const { capacity, overhead: reserved = {} } = type.entry;
      const shape = {
        ...{ name, labels, taints, reserved, zones: [] },
        capacity: { pods: DEFAULTS.podsPerNode, ...capacity },
      };
      if (!defined.has(name)) pools.define(shape, 0);
      defined.add(name);
      return machines.request(name, shape);
    },
    terminate: (node) => machines.remove(node),
    reclaim: (node) => machines.reclaim(node),
    isThere: (node) => machines.isThere(node),
  };
}

/** What a node of Karpenter's costs, by its labels; null for one that is none. */
export function karpenterPriceOf(
  types: readonly InstanceTypeEntry[],
  { labels }: ObjectVersion<"Node">,
): NodePrice | null {
  const pool = labels[NODE_POOL_LABEL];
  if (pool === undefined) return null;
  const offering = types
    .find(({ name }) => name === labels[INSTANCE_TYPE_LABEL])
    ?.offerings.find(
      ({ zone, capacityType, reservationID }) =>
        zone === labels[ZONE_LABEL] &&
        capacityType === labels[CAPACITY_TYPE_LABEL] &&
        reservationID === labels[RESERVATION_ID_LABEL],
    );
  return { pool, pricePerHourDollars: offering?.price ?? null };
}
