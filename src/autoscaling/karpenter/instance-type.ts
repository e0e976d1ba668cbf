import type { Labels, ResourceList } from "../../api/kubernetes.js";
import { Requirement } from "./requirement.js";
import { Requirements } from "./requirements.js";
import { amountsOf, type ResourceAmounts } from "./resource-amounts.js";
import {
  ARCH_LABEL,
  CAPACITY_TYPE_LABEL,
  INSTANCE_TYPE_LABEL,
  OS_LABEL,
  RESERVATION_ID_LABEL,
  ZONE_LABEL,
} from "./well-known-labels.js";

/** Where and how a type can be had. */
interface OfferingEntry {
  readonly zone: string;
  readonly capacityType: "on-demand" | "spot" | "reserved";
  /** Dollars an hour. */
  readonly price: number;
  /** Default: true. */
  readonly available?: boolean;
  readonly reservationID?: string;
  /** How many more nodes the reservation has room for. */
  readonly reservationCapacity?: number;
}

/** A row of the table of instance types that a cloud offers. */
export interface InstanceTypeEntry {
  readonly name: string;
  readonly arch: string;
  readonly os: readonly string[];
  /** 110 pods, where it does not say. */
  readonly capacity: ResourceList;
  /** What of the capacity is not allocatable. */
  readonly overhead?: ResourceList;
  readonly labels?: Labels;
  /** By CSI driver. */
  readonly volumeAttachmentLimits?: Readonly<Record<string, number>>;
  readonly offerings: readonly OfferingEntry[];
}

const DEFAULT_PODS = 110;

/** One way to have an instance of a type. */
export class Offering {
  readonly requirements: Requirements;

  constructor(private readonly entry: OfferingEntry) {
    const { zone, capacityType, reservationID } = entry;
    this.requirements = new Requirements([
      Requirement.in(ZONE_LABEL, [zone]),
      Requirement.in(CAPACITY_TYPE_LABEL, [capacityType]),
      reservationID === undefined
        ? Requirement.doesNotExist(RESERVATION_ID_LABEL)
        : Requirement.in(RESERVATION_ID_LABEL, [reservationID]),
    ]);
  }

  get zone(): string {
    return this.entry.zone;
  }

  get capacityType(): OfferingEntry["capacityType"] {
    return this.entry.capacityType;
  }

  /** Dollars an hour. */
  get price(): number {
    return this.entry.price;
  }

  get isReserved(): boolean {
    return this.entry.capacityType === "reserved";
  }

  get reservationId(): string {
    return this.entry.reservationID ?? "";
  }

  get reservationCapacity(): number {
    return this.entry.reservationCapacity ?? 0;
  }

  /** The cloud has not run out of it. A reservation that is full is available still. */
  get isAvailable(): boolean {
    return this.entry.available ?? true;
  }

  /** An instance could be started right now. */
  get isLaunchable(): boolean {
    return this.isAvailable && (!this.isReserved || this.reservationCapacity > 0);
  }
}

/**
 * What a cloud offers under one name.
 *
 * Source: karpenter 1.15, `pkg/cloudprovider/types.go`.
 */
export class InstanceType {
  readonly name: string;
  /** Its labels, and the zones and capacity types of all of its offerings. */
  readonly requirements: Requirements;
  readonly offerings: readonly Offering[];
  readonly available: readonly Offering[];
  readonly launchable: readonly Offering[];
  readonly capacity: ResourceAmounts;
  readonly allocatable: ResourceAmounts;
  readonly volumeAttachmentLimits: ReadonlyMap<string, number>;

  constructor(
    readonly entry: InstanceTypeEntry,
    /** Its place in the table. */
    readonly index: number,
  ) {
    this.name = entry.name;
    this.offerings = entry.offerings.map((offering) => new Offering(offering));
    this.available = this.offerings.filter(({ isAvailable }) => isAvailable);
    this.launchable = this.offerings.filter(({ isLaunchable }) => isLaunchable);
    this.requirements = requirementsOf(entry);
    this.capacity = new Map([["pods", DEFAULT_PODS], ...amountsOf(entry.capacity)]);
    this.allocatable = allocatableOf(this.capacity, amountsOf(entry.overhead ?? {}));
    this.volumeAttachmentLimits = new Map(Object.entries(entry.volumeAttachmentLimits ?? {}));
  }
}

function requirementsOf({
  name,
  arch,
  os,
  labels = {},
  offerings,
}: InstanceTypeEntry): Requirements {
  return new Requirements([
    Requirement.in(INSTANCE_TYPE_LABEL, [name]),
    Requirement.in(ARCH_LABEL, [arch]),
    Requirement.in(OS_LABEL, os),
    Requirement.in(
      ZONE_LABEL,
      offerings.map(({ zone }) => zone),
    ),
    Requirement.in(
      CAPACITY_TYPE_LABEL,
      offerings.map(({ capacityType }) => capacityType),
    ),
    ...Requirements.ofLabels(labels),
  ]);
}

/** Huge pages are memory that nothing else can use. */
function allocatableOf(capacity: ResourceAmounts, overhead: ResourceAmounts): ResourceAmounts {
  const allocatable = new Map<string, number>();
  for (const [name, amount] of capacity) allocatable.set(name, amount - (overhead.get(name) ?? 0));
  for (const [name, bytes] of capacity) {
    if (!name.startsWith("hugepages-")) continue;
    allocatable.set("memory", Math.max(0, (allocatable.get("memory") ?? 0) - bytes));
  }
  return allocatable;
}
