import type { PodVersion } from "../../../src/api/pod-version.js";
import { orderByPrice } from "../../../src/autoscaling/karpenter/instance-prices.js";
import type { InstanceType } from "../../../src/autoscaling/karpenter/instance-type.js";
import {
  type Launch,
  launchOf,
  MAX_INSTANCE_TYPES,
  type NodeClaimPlan,
  nodeClaimPlan,
  type PlannedNode,
} from "../../../src/autoscaling/karpenter/node-claim-plan.js";
import { provision } from "../../../src/autoscaling/karpenter/provisioning-pass.js";
import type { RawRequirement } from "../../../src/autoscaling/karpenter/requirement.js";
import { amountTexts } from "../../../src/autoscaling/karpenter/resource-amounts.js";
import {
  DEFAULT_SCHEDULING,
  SchedulingGround,
} from "../../../src/autoscaling/karpenter/scheduling-ground.js";
import type { Area } from "../controllers/suite.js";
import { karpenterSuite } from "./karpenter-compare.js";
import { type KarpenterGiven, worldOf } from "./karpenter-world.js";

export const podName = ({ namespace, name }: PodVersion): string =>
  namespace === "default" ? name : `${namespace}/${name}`;

/** As the cases show a NodeClaim. */
export function claimShown(
  node: PlannedNode,
  plan: NodeClaimPlan,
): Readonly<Record<string, unknown>> {
  const { requirements } = plan;
  return {
    nodePool: plan.nodePool,
    pods: node.pods.map(podName),
    instanceTypes: byPriceAndName(plan).map(({ name }) => name),
    requirements: requirements.raw().flatMap(requirementShown),
    requests: amountTexts(plan.requests),
    ...(node.isMinValuesRelaxed ? { minValuesRelaxed: true } : {}),
    launch: launchShown(launchOf(plan)),
  };
}

/** Types of equal price stand by name. */
function byPriceAndName({ types, requirements }: NodeClaimPlan): readonly InstanceType[] {
  const byName = types.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return orderByPrice(byName, requirements);
}

function requirementShown(one: RawRequirement): readonly RawRequirement[] {
  if (one.key === "karpenter.sh/nodepool") return [];
  if (one.key !== "node.kubernetes.io/instance-type") return [one];
  const { key, operator, minValues } = one;
  return minValues === undefined ? [] : [{ key, operator, minValues }];
}

function launchShown(launch: Launch | null): Readonly<Record<string, unknown>> | null {
  if (launch === null) return null;
  const { type, offering, equal } = launch;
  const zones = equal
    .filter(({ capacityType }) => capacityType === offering.capacityType)
    .map(({ zone }) => zone);
  return {
    instanceType: type.name,
    capacityType: offering.capacityType,
    price: offering.price,
    zones: [...new Set(zones)].sort(),
    ...(offering.isReserved ? { reservationID: offering.reservationId } : {}),
  };
}

const provisioning = karpenterSuite<KarpenterGiven>((given) => {
  const { view, requests } = worldOf(given);
  const ground = new SchedulingGround(view, requests, { ...DEFAULT_SCHEDULING, ...given.options });
  const { newNodes, existing, failures, ignored } = provision(ground);
  const most = given.options?.maxInstanceTypes ?? MAX_INSTANCE_TYPES;
  return {
    newNodeClaims: newNodes.map((node) => claimShown(node, nodeClaimPlan(node, most))),
    existing: Object.fromEntries(
      [...existing].map(([{ name }, pods]) => [name, pods.map(podName)]),
    ),
    unschedulable: Object.fromEntries(
      [...failures].map(([pod, { reasons }]) => [podName(pod), reasons]),
    ),
    ignored: Object.fromEntries([...ignored].map(([pod, reason]) => [podName(pod), reason])),
  };
});

export const provisioningSuites: Area = { provisioning };
