import type { PodVersion } from "../../api/pod-version.js";
import { type HostPort, hostPortsOf } from "../../scheduler/framework/host-ports.js";
import type { DaemonPod } from "./cluster-view.js";
import { conflict } from "./host-port-conflicts.js";
import type { InstanceType } from "./instance-type.js";
import { type PodNeeds, podRequirements } from "./pod-needs.js";
import type { PodRequestAmounts } from "./pod-request-amounts.js";
import type { PodToPlace } from "./pod-to-place.js";
import { toleratesAll } from "./pod-traits.js";
import type { Requirements } from "./requirements.js";
import { addTo, fits, type ResourceAmounts, sumOf } from "./resource-amounts.js";
import type { StateNode } from "./state-node.js";
import type { Topology } from "./topology.js";
import type { VolumeObjects } from "./volume-needs.js";
import { type AttachedVolumes, attachedVolumes, exceedsLimits, unionOf } from "./volume-needs.js";
import { INSTANCE_TYPE_LABEL } from "./well-known-labels.js";

/** What every simulation begins with of a node that is there. */
export interface NodeBase {
  readonly state: StateNode;
  /** Free, less what daemons that are still to come will take. */
  readonly free: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
  readonly volumes: AttachedVolumes;
  readonly volumeLimits: ReadonlyMap<string, number>;
  /** Remembered: whether the node, as it is, could be what a pod asks of its taints and labels. */
  readonly allows: Map<PodNeeds, boolean>;
}

interface NodeBaseOptions {
  readonly daemonPods: readonly DaemonPod[];
  readonly types: ReadonlyMap<string, InstanceType>;
  readonly requests: PodRequestAmounts;
  readonly volumes: VolumeObjects;
}

export function nodeBase(state: StateNode, options: NodeBaseOptions): NodeBase {
  const { daemonPods, types, requests, volumes } = options;
  const expected = daemonPods.filter(
    ({ spec }) =>
      toleratesAll(state.taints, spec.tolerations ?? []) &&
      state.requirements.isCompatible(podRequirements(spec, false)),
  );
  const daemons = sumOf(expected.map(({ spec }) => requests.ofSpec(spec)));
  addTo(daemons, state.daemonRequests, -1);
  const free = new Map(state.available);
  for (const [name, amount] of free) free.set(name, amount - Math.max(0, daemons.get(name) ?? 0));
  const pods = state.usingPods;
  const type = types.get(state.labels[INSTANCE_TYPE_LABEL] ?? "");
  return {
    state,
    free,
    allows: new Map(),
    hostPorts: pods.flatMap(({ spec }) => hostPortsOf(spec, { sidecars: false })),
    volumes: pods.reduce<AttachedVolumes>(
      (all, pod) => unionOf(all, attachedVolumes(pod, volumes)),
      new Map(),
    ),
    volumeLimits:
      state.isManaged && type !== undefined
        ? new Map([...type.volumeAttachmentLimits, ...state.volumeLimits])
        : state.volumeLimits,
  };
}

/**
 * A node that is there, in the course of one simulation.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/existingnode.go`.
 */
export class ExistingNode {
  private placed: PodVersion[] | null = null;
  private free: ResourceAmounts;
  private requirements: Requirements;
  private hostPorts: readonly HostPort[];
  private volumes: AttachedVolumes;

  constructor(private readonly base: NodeBase) {
    this.free = base.free;
    this.requirements = base.state.requirements;
    this.hostPorts = base.hostPorts;
    this.volumes = base.volumes;
  }

  get state(): StateNode {
    return this.base.state;
  }

  /** Pods that this simulation has put there. */
  get pods(): readonly PodVersion[] {
    return this.placed ?? NO_PODS;
  }

  /** What the node's requirements will be with the pod on it; null: it cannot go there. */
  fit(pod: PodToPlace, topology: Topology): Requirements | null {
    const { needs, volumes } = pod;
    if (!fits(pod.requests, this.free)) return null;
    if (!this.allows(needs)) return null;
    if (volumes.size > 0 && exceedsLimits(unionOf(this.volumes, volumes), this.base.volumeLimits)) {
      return null;
    }
    if (conflict(needs.hostPorts, this.hostPorts)) return null;
    const base = this.requirements.clone().addAll(needs.requirements);
    if (pod.volumeAlternatives.length === 0) return placedBy(pod, base, topology);
    for (const alternative of pod.volumeAlternatives) {
      if (!base.isCompatible(alternative)) continue;
      const placed = placedBy(pod, base.clone().addAll(alternative), topology);
      if (placed !== null) return placed;
    }
    return null;
  }

  private allows(needs: PodNeeds): boolean {
    if (this.placed !== null) return allows(this.state, this.requirements, needs);
    let isAllowed = this.base.allows.get(needs);
    if (isAllowed === undefined) {
      isAllowed = allows(this.state, this.requirements, needs);
      this.base.allows.set(needs, isAllowed);
    }
    return isAllowed;
  }

  add(pod: PodToPlace, requirements: Requirements, topology: Topology): void {
    this.placed ??= [];
    this.placed.push(pod.pod);
    const free = new Map(this.free);
    addTo(free, pod.requests, -1);
    this.free = free;
    this.requirements = requirements;
    this.hostPorts = [...this.hostPorts, ...pod.needs.hostPorts];
    this.volumes = unionOf(this.volumes, pod.volumes);
    topology.record(pod.pod, pod.needs, this.state.taints, requirements);
  }
}

const NO_PODS: readonly PodVersion[] = [];

function allows(state: StateNode, labels: Requirements, needs: PodNeeds): boolean {
  return toleratesAll(state.taints, needs.tolerations) && labels.isCompatible(needs.requirements);
}

function placedBy(pod: PodToPlace, node: Requirements, topology: Topology): Requirements | null {
  const tightened = topology.tighten(pod.pod, pod.needs, node);
  if (tightened === null) return node;
  if ("unsatisfiable" in tightened || !node.isCompatible(tightened)) return null;
  return node.addAll(tightened);
}
