import type { PodVersion } from "../../api/pod-version.js";
import { ExistingNode } from "./existing-node.js";
import type { InstanceType } from "./instance-type.js";
import type { NodeTemplate } from "./node-template.js";
import { OpenNode, type Planning } from "./open-node.js";
import { PodQueue } from "./pod-queue.js";
import type { PodToPlace } from "./pod-to-place.js";
import { Refusal } from "./refusal.js";
import { Reservations } from "./reservations.js";
import type { ResourceAmounts } from "./resource-amounts.js";
import { changedLimits, limitedAmounts, type SchedulingGround } from "./scheduling-ground.js";
import type { StateNode } from "./state-node.js";
import { Topology } from "./topology.js";

export interface SimulationQuestion {
  /** Pods that nodes are looked for; where they are now they do not count. */
  readonly pods: readonly PodVersion[];
  /** Nodes that will not be there. */
  readonly withoutNodes?: ReadonlySet<StateNode>;
  /** Nodes that a pod may not go to, by what is known of the pod; none where it is not said. */
  readonly isSealed?: (node: StateNode, pod: PodVersion) => boolean;
  /** A pod waits for a place in a reservation rather than take another offering. */
  readonly insistsOnReservations: boolean;
}

/** Why a pod has no place. */
interface Failure {
  /** By pool, in the order in which they were tried. */
  readonly reasons: readonly string[];
  /** It may have a place in a later pass. */
  readonly isDeferred: boolean;
}

export interface SimulationResult {
  readonly newNodes: readonly OpenNode[];
  readonly existing: ReadonlyMap<StateNode, readonly PodVersion[]>;
  readonly failures: ReadonlyMap<PodVersion, Failure>;
}

const NO_TYPES = new Refusal(() => [
  "nodepool requirements filtered out all available instance types",
]);

/**
 * Looks for places for pods: on nodes that are there, on nodes that are to be made, on further ones of the pools by weight;
 * without the preferences, one after the other, where it must be.
 *
 * Source: karpenter 1.15, `Solve` in `pkg/controllers/provisioning/scheduling/scheduler.go`.
 */
export function simulate(ground: SchedulingGround, question: SimulationQuestion): SimulationResult {
  return new SchedulingSimulation(ground, question).run();
}

class SchedulingSimulation {
  private readonly topology: Topology;
  private readonly planning: Planning;
  private readonly existing: readonly ExistingNode[];
  private open: OpenNode[] = [];
  private hosts = 0;
  /** By pool: what its limits leave. */
  private readonly left = new Map<string, ResourceAmounts>();

  constructor(
    private readonly ground: SchedulingGround,
    private readonly question: SimulationQuestion,
  ) {
    const { pods, withoutNodes = NO_NODES, insistsOnReservations } = question;
    const uids = new Set(pods.map(({ uid }) => uid));
    this.topology = new Topology(ground.topology, { nodes: withoutNodes, pods: uids });
    this.planning = {
      filter: ground.filter,
      topology: this.topology,
      reservations: new Reservations(ground.view.instanceTypes),
      reservesCapacity: ground.options.reservedCapacity,
      insistsOnReservations,
    };
    const bases = ground.bases.filter(({ state }) => !withoutNodes.has(state));
    this.existing = bases.map((base) => new ExistingNode(base));
    for (const [pool, left] of ground.left) this.left.set(pool, left);
    for (const state of withoutNodes) {
      const left = state.isDeleting ? undefined : this.left.get(state.nodePool ?? "");
      if (left === undefined || left.size === 0) continue;
      this.left.set(state.nodePool!, changedLimits(left, limitedAmounts(state), 1));
    }
  }

  run(): SimulationResult {
    const pods = this.question.pods.map((pod) => this.ground.toPlace(pod));
    for (const { pod, needs } of pods) this.topology.track(pod, needs);
    const refusals = new Map<PodVersion, Refusal>();
    const queue = new PodQueue(pods);
    for (let pod = queue.pop(); pod !== undefined; pod = queue.pop()) {
      const all = pod.needs;
      const refusal = this.place(pod);
      if (refusal === null) {
        refusals.delete(pod.pod);
      } else {
        refusals.set(pod.pod, refusal);
        pod.needs = all;
        this.topology.track(pod.pod, all);
        queue.putBack(pod);
      }
    }
    for (const node of this.open) node.close();
    return {
      newNodes: this.open,
      existing: new Map(
        this.existing.flatMap((node) => (node.pods.length > 0 ? [[node.state, node.pods]] : [])),
      ),
      failures: new Map(
        [...refusals].map(([pod, { reasons, isDeferred }]) => [pod, { reasons, isDeferred }]),
      ),
    };
  }

  /** Null: it has a place now. */
  private place(pod: PodToPlace): Refusal | null {
    for (;;) {
      const refusal = this.tryPlace(pod);
      if (refusal === null || refusal.isDeferred) return refusal;
      const relaxed = this.ground.needs.relaxed(pod.needs);
      if (relaxed === null) return refusal;
      pod.needs = relaxed;
      this.topology.track(pod.pod, relaxed);
    }
  }

  private tryPlace(pod: PodToPlace): Refusal | null {
    if (this.placeOnExisting(pod)) return null;
    this.open.sort((a, b) => a.pods.length - b.pods.length);
    if (this.placeOnOpen(pod)) return null;
    return this.ground.templates.length === 0 ? NO_TYPES : this.openNode(pod);
  }

  private placeOnExisting(pod: PodToPlace): boolean {
    const { isSealed } = this.question;
    for (const node of this.existing) {
      if (isSealed?.(node.state, pod.pod) === true) continue;
      const requirements = node.fit(pod, this.topology);
      if (requirements === null) continue;
      node.add(pod, requirements, this.topology);
      return true;
    }
    return false;
  }

  private placeOnOpen(pod: PodToPlace): boolean {
    for (const node of this.open) {
      if (node.isFullFor(pod)) continue;
      const fit = node.fit(pod, false);
      if (fit instanceof Refusal) continue;
      node.add(pod, fit);
      return true;
    }
    return false;
  }

  private openNode(pod: PodToPlace): Refusal | null {
    const refusals: Refusal[] = [];
    for (const template of this.ground.templates) {
      const types = this.typesWithinLimits(template);
      if (types instanceof Refusal) {
        refusals.push(types);
        continue;
      }
      this.hosts += 1;
      const hostname = `hostname-placeholder-${String(this.hosts).padStart(4, "0")}`;
      const node = new OpenNode(template, types, hostname, this.planning);
      const relaxes = this.ground.options.minValuesPolicy === "BestEffort";
      const fit = node.fit(pod, relaxes);
      if (!(fit instanceof Refusal)) {
        this.begin(node, pod, fit);
        return null;
      }
      refusals.push(fit);
      if (fit.isDeferred) break;
    }
    return new Refusal(
      () => refusals.flatMap(({ reasons }) => reasons),
      refusals.some(({ isDeferred }) => isDeferred),
    );
  }

  private begin(
    node: OpenNode,
    pod: PodToPlace,
    fit: Exclude<ReturnType<OpenNode["fit"]>, Refusal>,
  ) {
    for (const { key, minValues } of fit.requirements) {
      const before = node.requirements.find(key)?.minValues ?? null;
      if (before !== null && minValues !== null && minValues < before)
        node.isMinValuesRelaxed = true;
    }
    node.add(pod, fit);
    this.open.push(node);
    const { name } = node.template.pool;
    const left = changedLimits(this.left.get(name)!, mostCapacity(node.types), -1);
    this.left.set(name, left);
  }

  private typesWithinLimits({ pool, types }: NodeTemplate): readonly InstanceType[] | Refusal {
    const left = this.left.get(pool.name)!;
    if (left.size === 0) return types;
    if (left.get("nodes") === 0) return NODES_EXHAUSTED;
    const within = types.filter(({ capacity }) => {
      for (const [name, amount] of left) {
        if ((capacity.get(name) ?? 0) > amount) return false;
      }
      return true;
    });
    return within.length === 0 ? LIMITS_EXCEEDED : within;
  }
}

const NO_NODES: ReadonlySet<StateNode> = new Set();
const NODES_EXHAUSTED = new Refusal(() => ["node limits have been exhausted for nodepool"]);
const LIMITS_EXCEEDED = new Refusal(() => [
  "all available instance types exceed limits for nodepool",
]);

/** A node may be any of the types still: the largest is counted, of each resource. */
function mostCapacity(types: readonly InstanceType[]): ResourceAmounts {
  const most = new Map<string, number>();
  for (const { capacity } of types) {
    for (const [name, amount] of capacity) most.set(name, Math.max(amount, most.get(name) ?? 0));
  }
  return most;
}
