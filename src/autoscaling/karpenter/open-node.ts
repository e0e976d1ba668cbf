import type { PodVersion } from "../../api/pod-version.js";
import type { HostPort } from "../../scheduler/framework/host-ports.js";
import type { InstanceFilter } from "./instance-filter.js";
import { isOfferingCompatible } from "./instance-prices.js";
import type { InstanceType, Offering } from "./instance-type.js";
import type { NodeTemplate } from "./node-template.js";
import type { PodToPlace } from "./pod-to-place.js";
import { untolerated } from "./pod-traits.js";
import { conflictReasons, Refusal } from "./refusal.js";
import { Requirement } from "./requirement.js";
import { MAY_BE_MISSING, type Requirements } from "./requirements.js";
import type { Reservations } from "./reservations.js";
import { addTo, leastOf, type ResourceAmounts } from "./resource-amounts.js";
import type { Topology } from "./topology.js";
import { type AttachedVolumes, exceedsLimits, unionOf } from "./volume-needs.js";
import { CAPACITY_TYPE_LABEL, HOSTNAME_LABEL, RESERVATION_ID_LABEL } from "./well-known-labels.js";

/** What all nodes of a simulation are planned with. */
export interface Planning {
  readonly filter: InstanceFilter;
  readonly topology: Topology;
  readonly reservations: Reservations;
  /** Reservations count; false: they are offerings like others. */
  readonly reservesCapacity: boolean;
  /** A pod waits for a place in a reservation rather than take another offering. */
  readonly insistsOnReservations: boolean;
}

/** A node with one more pod, if it is put there. */
export interface Fit {
  readonly requirements: Requirements;
  readonly types: readonly InstanceType[];
  readonly reserved: readonly Offering[];
}

/** A daemon group of the node, with the host ports of the pods on it. */
type Groups = NodeTemplate["daemonGroups"];

/**
 * A node that is to be made: what it may still be, with the pods that are put on it.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/scheduling/nodeclaim.go`.
 */
export class OpenNode {
  readonly pods: PodVersion[] = [];
  readonly requests = new Map<string, number>();
  /** By daemon group, and in the order of the table within. */
  types: readonly InstanceType[];
  requirements: Requirements;
  isMinValuesRelaxed = false;
  private groups: Groups;
  private volumes: AttachedVolumes = new Map();
  private reserved: readonly Offering[] = [];
  private most: ResourceAmounts | null = null;

  constructor(
    readonly template: NodeTemplate,
    types: readonly InstanceType[],
    private readonly hostname: string,
    private readonly planning: Planning,
  ) {
    this.types = types;
    this.groups = template.daemonGroups;
    this.requirements = template.requirements
      .clone()
      .add(Requirement.in(HOSTNAME_LABEL, [hostname]));
  }

  /** True if no type that is left has the room, whatever else the pod asks for. */
  isFullFor({ requests }: PodToPlace): boolean {
    this.most ??= mostOf(this.types);
    for (const [name, amount] of requests) {
      if (amount > 0 && amount + (this.requests.get(name) ?? 0) > (this.most.get(name) ?? 0)) {
        return true;
      }
    }
    return false;
  }

  /** What the node would be with the pod on it, or why it cannot go there. */
  fit(pod: PodToPlace, relaxesMinValues: boolean): Fit | Refusal {
    const { needs, volumes } = pod;
    const taints = untolerated(this.template.taints, needs.tolerations);
    if (taints.length > 0) return new Refusal(() => taints.map(() => "did not tolerate taint"));
    let among = this.types;
    if (volumes.size > 0) {
      const all = unionOf(this.volumes, volumes);
      among = among.filter((type) => !exceedsLimits(all, type.volumeAttachmentLimits));
      if (among.length === 0) return VOLUMES_EXCEEDED;
    }
    const asked = needs.requirements;
    if (!this.requirements.isCompatible(asked, MAY_BE_MISSING)) {
      const { requirements } = this;
      return new Refusal(() => conflictReasons(requirements, asked, "incompatible requirements, "));
    }
    const base = this.requirements.clone().addAll(asked);
    if (pod.volumeAlternatives.length === 0) return this.place(pod, among, base, relaxesMinValues);
    let last: Refusal | null = null;
    for (const alternative of pod.volumeAlternatives) {
      const placed = this.placeWithVolumes(pod, among, base, alternative, relaxesMinValues);
      if (!(placed instanceof Refusal)) return placed;
      last = placed;
    }
    return last!;
  }

  private placeWithVolumes(
    pod: PodToPlace,
    among: readonly InstanceType[],
    base: Requirements,
    alternative: Requirements,
    relaxesMinValues: boolean,
  ): Fit | Refusal {
    if (!base.isCompatible(alternative, MAY_BE_MISSING)) {
      const prefix = "incompatible volume requirements, ";
      return new Refusal(() => conflictReasons(base, alternative, prefix));
    }
    return this.place(pod, among, base.clone().addAll(alternative), relaxesMinValues);
  }

  /** `requirements` is the caller's to give away. */
  private place(
    pod: PodToPlace,
    among: readonly InstanceType[],
    requirements: Requirements,
    relaxesMinValues: boolean,
  ): Fit | Refusal {
    const { topology, filter } = this.planning;
    const tightened = topology.tighten(pod.pod, pod.needs, requirements);
    if (tightened !== null) {
      if ("unsatisfiable" in tightened) {
        const { unsatisfiable, key } = tightened;
        return new Refusal(() => [
          `unsatisfiable topology constraint for ${unsatisfiable}, key=${key}`,
        ]);
      }
      if (!requirements.isCompatible(tightened, MAY_BE_MISSING)) {
        return new Refusal(() => conflictReasons(requirements, tightened, ""));
      }
      requirements.addAll(tightened);
    }
    const requests = new Map(this.requests);
    addTo(requests, pod.requests);
    const chosen = filter.choose({
      among: new Set(among),
      groups: this.groups,
      requirements,
      requests,
      hostPorts: pod.needs.hostPorts,
      relaxesMinValues,
    });
    if ("shortage" in chosen) return new Refusal(() => [chosen.shortage]);
    for (const [key, count] of chosen.unmetMinValues) {
      requirements.replace(requirements.get(key).withMinValues(count));
    }
    const reserved = this.toReserve(chosen.types, requirements);
    if (reserved instanceof Refusal) return reserved;
    return { requirements, types: chosen.types, reserved };
  }

  /** The reserved offerings that the node would hold a place in. */
  private toReserve(
    types: readonly InstanceType[],
    requirements: Requirements,
  ): readonly Offering[] | Refusal {
    const { reservations, reservesCapacity, insistsOnReservations } = this.planning;
    if (!reservesCapacity) return [];
    let hasRoom = false;
    let isFull = false;
    let hasOther = false;
    const reserved: Offering[] = [];
    for (const { available } of types) {
      for (const offering of available) {
        // Only whether there is one at all matters of those that are not reserved.
        if (!offering.isReserved && hasOther) continue;
        if (!isOfferingCompatible(requirements, offering)) continue;
        if (!offering.isReserved) hasOther = true;
        else if (offering.reservationCapacity === 0) isFull = true;
        else {
          hasRoom = true;
          if (reservations.canReserve(this.hostname, offering)) reserved.push(offering);
        }
      }
    }
    if (insistsOnReservations && hasRoom && reserved.length === 0) return ALL_TAKEN;
    if (isFull && !hasRoom && !hasOther) return insistsOnReservations ? ALL_FULL : ONLY_FULL;
    return insistsOnReservations && this.reserved.length > 0 && reserved.length === 0
      ? WOULD_LOSE_ALL
      : reserved;
  }

  add(pod: PodToPlace, { requirements, types, reserved }: Fit): void {
    const { topology, reservations } = this.planning;
    this.pods.push(pod.pod);
    if (types.length !== this.types.length) this.most = null;
    this.types = types;
    this.requirements = requirements;
    addTo(this.requests, pod.requests);
    this.volumes = unionOf(this.volumes, pod.volumes);
    topology.record(pod.pod, pod.needs, this.template.taints, requirements);
    const { hostPorts } = pod.needs;
    if (hostPorts.length > 0) this.groups = withPorts(this.groups, hostPorts);
    reservations.hold(this.hostname, reserved);
    this.reserved = reserved;
  }

  /** Nothing more comes: the place-holder of a name goes, and reservations that it holds are what it is to be. */
  close(): void {
    this.requirements.delete(HOSTNAME_LABEL);
    if (this.reserved.length > 0) {
      this.requirements.replace(Requirement.in(CAPACITY_TYPE_LABEL, ["reserved"]));
      const ids = this.reserved.map(({ reservationId }) => reservationId);
      this.requirements.add(Requirement.in(RESERVATION_ID_LABEL, ids));
    }
    addTo(this.requests, this.leastOverhead());
  }

  /** Of the daemon groups with a type left, the least of each resource; a group without daemons does not count. */
  private leastOverhead(): ResourceAmounts {
    const left = new Set(this.types);
    let least: ResourceAmounts = new Map();
    for (const { types, overhead } of this.template.daemonGroups) {
      if (overhead === null || !types.some((type) => left.has(type))) continue;
      least = least.size === 0 ? overhead : leastOf(least, overhead);
    }
    return least;
  }
}

function withPorts(groups: Groups, hostPorts: readonly HostPort[]): Groups {
  return groups.map((group) => ({ ...group, hostPorts: [...group.hostPorts, ...hostPorts] }));
}

function mostOf(types: readonly InstanceType[]): ResourceAmounts {
  const most = new Map<string, number>();
  for (const { allocatable } of types) {
    for (const [name, amount] of allocatable) {
      most.set(name, Math.max(amount, most.get(name) ?? amount));
    }
  }
  return most;
}

const refusal = (reason: string, isDeferred: boolean) => new Refusal(() => [reason], isDeferred);
const VOLUMES_EXCEEDED = refusal("would exceed volume limit for all instance type options", false);
const ALL_TAKEN = refusal(
  "one or more instance types with compatible reserved offerings are available, but could not be reserved",
  true,
);
const ALL_FULL = refusal(
  "all compatible reserved offerings are full and no on-demand or spot fallback is available",
  true,
);
const ONLY_FULL = refusal(
  "the only compatible reserved offering is full; falling through to other NodePools",
  false,
);
const WOULD_LOSE_ALL = refusal(
  "satisfying updated nodeclaim constraints would remove all compatible reserved offering options",
  true,
);
