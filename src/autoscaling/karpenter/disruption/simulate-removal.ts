import type { PodVersion } from "../../../api/pod-version.js";
import { orderByPrice } from "../instance-prices.js";
import { minValuesOf } from "../min-values.js";
import type { OpenNode } from "../open-node.js";
import { isProvisionable } from "../pod-traits.js";
import { pendingPods, podsOfDeletingNodes } from "../provisioning-pass.js";
import type { SchedulingGround } from "../scheduling-ground.js";
import { type SimulationResult, simulate } from "../scheduling-simulation.js";
import type { StateNode } from "../state-node.js";
import type { Replacement, Simulation } from "./command.js";
import type { EvictionLimits } from "./eviction-limits.js";

/** Pods that need a place whatever becomes of the nodes in question. */
export interface HomelessPods {
  /** They wait. */
  readonly pending: readonly PodVersion[];
  /** Their nodes go anyway. */
  readonly leaving: readonly PodVersion[];
}

export function homelessPods(ground: SchedulingGround): HomelessPods {
  return { pending: pendingPods(ground).pods, leaving: podsOfDeletingNodes(ground) };
}

export interface RemovalQuestion {
  /** The nodes that go. */
  readonly going: ReadonlySet<StateNode>;
  readonly homeless: HomelessPods;
  readonly limits: EvictionLimits;
  /** Nodes that are left alone: only pods that have no place anyway may go there. */
  readonly sealed: ReadonlySet<StateNode>;
  /** The most types that a NodeClaim names. */
  readonly maxInstanceTypes: number;
}

/**
 * Where the pods of nodes would go if these went, with the pods that wait and those of nodes that go anyway.
 *
 * Source: Karpenter, `SimulateScheduling` in `pkg/controllers/disruption/helpers.go` (1.15.0).
 */
export function simulateRemoval(ground: SchedulingGround, question: RemovalQuestion): Simulation {
  const { going, limits, sealed, homeless } = question;
  const now = ground.view.nowMicros;
  const moved = [...going].flatMap(({ pods }) =>
    pods.filter((pod) => limits.isCurrentlyReschedulable(pod, now)),
  );
  const { pending, leaving } = homeless;
  const isLeaving = new Set(leaving);
  const isSealed = (node: StateNode, pod: PodVersion) =>
    sealed.has(node) && pod.phase !== "Pending" && !isLeaving.has(pod);
  const result = simulate(ground, {
    pods: [...pending, ...moved, ...leaving],
    withoutNodes: going,
    ...(sealed.size === 0 ? {} : { isSealed }),
    insistsOnReservations: false,
  });
  const unplaced = unplacedOf(result, isLeaving);
  const newNodes: Replacement[] = [];
  for (const node of result.newNodes) {
    const kept = cheapest(node, ground, question.maxInstanceTypes);
    if (kept !== null) newNodes.push(kept);
    else for (const pod of node.pods) unplaced.push([pod, MIN_VALUES_BROKEN]);
  }
  return {
    newNodes,
    moved: new Map([...result.existing].map(([{ name }, pods]) => [name, pods])),
    // That a pod goes on waiting is no reason to keep a node.
    unplaced: unplaced.filter(([pod]) => !isProvisionable(pod)),
  };
}

const MIN_VALUES_BROKEN =
  "pod didn’t schedule because NodePool couldn’t meet minValues requirements";

/** A node that is not initialized may never be: nothing can be built on it, but what goes anyway may hope. */
function unplacedOf(
  { failures, existing }: SimulationResult,
  isLeaving: ReadonlySet<PodVersion>,
): (readonly [PodVersion, string])[] {
  const unplaced = [...failures].map(([pod, { reasons }]) => [pod, reasons.join("; ")] as const);
  for (const [node, pods] of existing) {
    if (node.isInitialized) continue;
    for (const pod of pods) {
      if (isLeaving.has(pod)) continue;
      unplaced.push([pod, `would schedule against uninitialized node/${node.name}`]);
    }
  }
  return unplaced;
}

/** Its cheapest types; null where they break a minimum of values. */
function cheapest(
  { template, types: all, requirements, requests, pods, isMinValuesRelaxed }: OpenNode,
  { options }: SchedulingGround,
  most: number,
): Replacement | null {
  const types = orderByPrice(all, requirements).slice(0, most);
  const isStrict = options.minValuesPolicy === "Strict";
  if (isStrict && !minValuesOf(types, requirements).isMet) return null;
  return { template, types, requirements, requests, pods, isMinValuesRelaxed };
}
