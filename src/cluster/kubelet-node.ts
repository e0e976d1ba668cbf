import { assert } from "../base/assert.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { ResourceList, Taint } from "../api/kubernetes.js";
import type { VersionOf } from "../api/object-version.js";
import { parseResource } from "../api/quantity.js";
import type { ImageRecord } from "./garbage/node-garbage.js";
import type { PodDemand } from "./pod-demand.js";
import { PRESSURE_CONDITIONS, type PressureCondition } from "./pressure/eviction-policy.js";
import type { MachineResource } from "./pressure/node-observations.js";
import type { PodWorker } from "./pod-worker.js";

/** A quarter of upstream's `nodeLeaseDurationSeconds`, 40 s. */
const RENEW_MICROS = 10 * MICROS_PER_SECOND;

/** What a kubelet keeps of its own node: what it has, and what the pods it admitted take. */
export class KubeletNode {
  node: VersionOf<"Node">;
  allocatable: ReadonlyMap<string, number> = new Map();
  /** False while the node's network is not up: pods with a network of their own cannot start. */
  networkReady = true;
  /** Amounts of the admitted pods that still hold them, by resource. */
  readonly requested = new Map<string, number>();
  readonly pods = new Set<PodWorker>();
  /** Admitted pods that hold ports of the node. */
  readonly portHolders = new Set<PodWorker>();
  /** Pods whose resize in place waits for room. */
  readonly resizing = new Set<PodWorker>();
  /** `cut off`: it goes on by itself, and neither hears of the API server nor is heard of. */
  state: "up" | "cut off" | "down" = "up";
  /** Its last renewal of its lease, while it is not heard of. */
  silentSinceMicros: TimeMicros | null = null;
  /** Rows of pods of which it could not hear what happened to them. */
  readonly missed = new Set<number>();
  /** What its containers use of memory. */
  memoryBytes = 0;
  /** What its containers have written to its disk. */
  diskBytes = 0;
  /** With so much in use it has enough by all thresholds; null: to be worked out anew. */
  calmMemoryBytes: number | null = null;
  /** What something outside of its pods takes of the machine: bytes, or processes. */
  readonly taken = new Map<MachineResource, number>();
  /** Of what its kubelet says that it is short. */
  readonly pressures = new Set<PressureCondition>();
  /** Its machine is about to be switched off, in good order. */
  shuttingDown = false;
  /** Images that need no pull. */
  readonly images = new Set<string>();
  /** Those of them that fill its disk, by one of their names. */
  readonly imageRecords = new Map<string, ImageRecord>();
  private heldPlaces = 0;

  constructor(
    node: VersionOf<"Node">,
    /** Number of the node among those that came up in this run, from 0. */
    readonly ordinal: number,
    /** From when on it renews its lease. */
    public upSinceMicros: TimeMicros,
  ) {
    this.node = node;
    this.refresh(node);
    // What a snapshot says that it is short of, for reasons that are not known.
    for (const type of PRESSURE_CONDITIONS) {
      if (conditionStatus(node, type) === "True") this.pressures.add(type);
    }
    for (const image of node.status.images ?? []) {
      const names = image.names ?? [];
      for (const name of names) this.images.add(name);
      const [name] = names;
      if (name === undefined) continue;
      const bytes = image.sizeBytes ?? 0;
      const record = { name, names, bytes, firstDetectedMicros: upSinceMicros };
      this.imageRecords.set(name, { ...record, lastUsedMicros: null });
    }
  }

  get name(): string {
    return this.node.name;
  }

  /** Whether its kubelet runs and sees the API server. */
  get hears(): boolean {
    return this.state === "up";
  }

  /** When a node that is up last renewed its lease. */
  lastRenewalMicros(nowMicros: TimeMicros): TimeMicros {
    const renewals = Math.floor((nowMicros - this.upSinceMicros) / RENEW_MICROS);
    return this.upSinceMicros + renewals * RENEW_MICROS;
  }

  get taints(): readonly Taint[] {
    return this.node.spec.taints ?? [];
  }

  /** Pods that hold a place. */
  get podCount(): number {
    return this.heldPlaces;
  }

  /** Takes over a newer version of the Node object. */
  refresh(node: VersionOf<"Node">): void {
    const known = node.status === this.node.status && this.allocatable.size > 0;
    this.node = node;
    if (known) return;
    this.calmMemoryBytes = null;
    this.allocatable = amountsOf(node.status.allocatable ?? node.status.capacity ?? {});
    this.networkReady = readyStatus(node) !== "False";
  }

  free(resource: string): number {
    return (this.allocatable.get(resource) ?? 0) - (this.requested.get(resource) ?? 0);
  }

  hold(worker: PodWorker, demand: PodDemand): void {
    this.heldPlaces += 1;
    this.add(demand, 1);
    if (demand.hostPorts.length > 0) this.portHolders.add(worker);
  }

  release(worker: PodWorker, demand: PodDemand): void {
    assert(this.heldPlaces > 0, "a node gives back the place of a pod that it does not hold");
    this.heldPlaces -= 1;
    this.add(demand, -1);
    if (demand.hostPorts.length > 0) this.portHolders.delete(worker);
  }

  /** A held pod takes `after` from now on in place of `before`. */
  exchange(before: PodDemand, after: PodDemand): void {
    this.add(before, -1);
    this.add(after, 1);
  }

  private add(demand: PodDemand, sign: 1 | -1): void {
    for (const [resource, amount] of demand.requests) {
      this.requested.set(resource, (this.requested.get(resource) ?? 0) + sign * amount);
    }
  }
}

function amountsOf(list: ResourceList): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const [resource, quantity] of Object.entries(list)) {
    amounts.set(resource, parseResource(resource, quantity));
  }
  return amounts;
}

/** The status of a node's Ready condition. */
export function readyStatus(node: VersionOf<"Node">): string | undefined {
  return conditionStatus(node, "Ready");
}

/** The status of one of a node's conditions; undefined without it. */
export function conditionStatus(node: VersionOf<"Node">, type: string): string | undefined {
  return node.status.conditions?.find((condition) => condition.type === type)?.status;
}

/** False for a node whose kubelet has stopped reporting: its Ready condition is Unknown. */
export function kubeletReports(node: VersionOf<"Node">): boolean {
  return readyStatus(node) !== "Unknown";
}
