import type { PodVersion } from "../../api/pod-version.js";
import { EvictionLimits } from "./disruption/eviction-limits.js";
import { podRequirements } from "./pod-needs.js";
import { podRefusal } from "./pod-refusals.js";
import { isProvisionable } from "./pod-traits.js";
import type { SchedulingGround } from "./scheduling-ground.js";
import { type SimulationResult, simulate } from "./scheduling-simulation.js";
import { NODE_POOL_LABEL } from "./well-known-labels.js";

export interface ProvisioningPass extends SimulationResult {
  /** Pods that no node is looked for, and why. */
  readonly ignored: ReadonlyMap<PodVersion, string>;
}

/**
 * The pods that wait for a node, by what their volumes say: those that one is looked for, and those that are ignored.
 * Pods that want no node of Karpenter's are neither.
 *
 * Source: karpenter 1.15, `GetPendingPods` in `pkg/controllers/provisioning/provisioner.go`.
 */
export function pendingPods({ view }: SchedulingGround): {
  readonly pods: readonly PodVersion[];
  readonly ignored: ReadonlyMap<PodVersion, string>;
} {
  const pods: PodVersion[] = [];
  const ignored = new Map<PodVersion, string>();
  for (const pod of view.unboundPods) {
    if (!isProvisionable(pod) || avoidsKarpenter(pod)) continue;
    const refusal = podRefusal(pod, view.volumes);
    if (refusal === null) pods.push(pod);
    else ignored.set(pod, refusal);
  }
  return { pods, ignored };
}

function avoidsKarpenter({ spec }: PodVersion): boolean {
  return podRequirements(spec, true).find(NODE_POOL_LABEL)?.operator === "DoesNotExist";
}

/** The pods that lose their place because their nodes are being taken away. */
export function podsOfDeletingNodes({ view }: SchedulingGround): readonly PodVersion[] {
  const limits = new EvictionLimits(view.budgets);
  return view.nodes
    .filter(({ isDeleting, node }) => isDeleting && node !== null)
    .flatMap(({ pods }) =>
      pods.filter((pod) => limits.isCurrentlyReschedulable(pod, view.nowMicros)),
    );
}

/** Looks for places for all pods that wait, and for those of nodes that are being taken away. */
export function provision(ground: SchedulingGround): ProvisioningPass {
  const { pods, ignored } = pendingPods(ground);
  const moving = podsOfDeletingNodes(ground);
  const none = { newNodes: [], existing: new Map(), failures: new Map() };
  if (ground.view.nodePools.length === 0) return { ...none, ignored: new Map() };
  const all = [...pods, ...moving];
  const result = simulate(ground, { pods: all, insistsOnReservations: true });
  return { ...result, ignored };
}
