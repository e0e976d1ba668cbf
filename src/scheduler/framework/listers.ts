import type { AllocationResult } from "../../api/devices.js";
import type { GenericKind } from "../../api/kinds.js";
import type { Labels } from "../../api/kubernetes.js";
import type { ObjectVersion, VersionOf } from "../../api/object-version.js";
import type { PersistentVolume } from "../../api/volumes/claims.js";
import type { DeviceLedger } from "./device-ledger.js";

/** An object by name; cluster-scoped ones have an empty namespace. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** Tells of changes of objects of one kind. */
interface Changing {
  /** Grows with every change of any object. */
  readonly version: number;
  /** The objects that changed since {@link version} was this, some of them several times; null: not known any more. */
  changedSince(version: number): readonly Named[] | null;
}

/** Reads cluster-scoped objects of one kind. */
interface Lister<K extends GenericKind> extends Changing {
  get(name: string): VersionOf<K> | undefined;
  /** All of them, in an order that does not change without cause. */
  list(): readonly VersionOf<K>[];
}

/** Reads namespaced objects of one kind. */
interface NamespacedLister<K extends GenericKind> extends Changing {
  get(namespace: string, name: string): VersionOf<K> | undefined;
  inNamespace(namespace: string): readonly VersionOf<K>[];
  /** How many these are. */
  countIn(namespace: string): number;
  list(): readonly VersionOf<K>[];
}

/** Reads PersistentVolumes, also by what a claim looks for. */
export interface VolumeLister extends Lister<"PersistentVolume"> {
  /** The volumes of a storage class that nobody has reserved. */
  unclaimed(storageClass: string): Iterable<PersistentVolume>;
  /** The volumes that are reserved for claims of that name, whatever their uid. */
  reservedFor(claim: {
    readonly namespace: string;
    readonly name: string;
  }): Iterable<PersistentVolume>;
}

/** Reads ResourceClaims, with the allocations that the scheduler has decided and not yet seen. */
export interface ClaimLister extends NamespacedLister<"ResourceClaim"> {
  /** What all allocations take, those included that are being written. */
  readonly devices: DeviceLedger;
  /** The allocation of a claim, by its uid, that is being written. */
  pendingAllocation(uid: string): AllocationResult | undefined;
  beginAllocation(uid: string, allocation: AllocationResult): void;
  endAllocation(uid: string): void;
  /** Takes a claim as the API server answered, before the watch tells of it. */
  set(claim: VersionOf<"ResourceClaim">): void;
}

/** Reads ResourceSlices, also by the node that has their devices and by pool. */
export interface SliceLister extends Lister<"ResourceSlice"> {
  /** The slices of one node's own devices, in the order of their names. */
  onNode(name: string): readonly VersionOf<"ResourceSlice">[];
  /** The slices that are not of one node, in the order of their names. */
  beyondNodes(): readonly VersionOf<"ResourceSlice">[];
  inPool(driver: string, pool: string): readonly VersionOf<"ResourceSlice">[];
  /** Grows with every change of a slice of that node; of those beyond nodes for "". */
  nodeVersion(name: string): number;
}

/**
 * What the plugins read besides nodes and pods. The framework owns these interfaces; the simulator
 * wires informers behind them, a test or an autoscaler wires plain lists.
 */
export interface Listers {
  readonly namespaces: Lister<"Namespace">;
  readonly services: NamespacedLister<"Service">;
  readonly replicationControllers: NamespacedLister<"ReplicationController">;
  readonly replicaSets: NamespacedLister<"ReplicaSet">;
  readonly statefulSets: NamespacedLister<"StatefulSet">;
  readonly persistentVolumes: VolumeLister;
  readonly persistentVolumeClaims: NamespacedLister<"PersistentVolumeClaim">;
  readonly storageClasses: Lister<"StorageClass">;
  readonly csiNodes: Lister<"CSINode">;
  readonly csiDrivers: Lister<"CSIDriver">;
  readonly csiStorageCapacities: NamespacedLister<"CSIStorageCapacity">;
  readonly podDisruptionBudgets: NamespacedLister<"PodDisruptionBudget">;
  readonly resourceClaims: ClaimLister;
  readonly resourceSlices: SliceLister;
  readonly deviceClasses: Lister<"DeviceClass">;
}

const NO_LABELS: Labels = Object.freeze({});

/** Labels of a namespace; none when it does not exist. */
export function namespaceLabels(listers: Listers, namespace: string): Labels {
  return listers.namespaces.get(namespace)?.labels ?? NO_LABELS;
}

type AnyGeneric<K extends GenericKind> = ObjectVersion<K> & VersionOf<K>;

interface Slot<K extends GenericKind> {
  object: VersionOf<K>;
}

const KEPT_CHANGES = 256;

/** A lister over objects in memory, of one kind of either scope, in the order in which they came. */
export class ObjectTable<K extends GenericKind> implements Lister<K>, NamespacedLister<K> {
  version = 0;
  /** The newest changes, by version. */
  private readonly changes: Named[] = [];
  private readonly slots = new Set<Slot<K>>();
  private readonly byNamespace = new Map<string, Map<string, Slot<K>>>();

  constructor(objects: readonly AnyGeneric<K>[] = []) {
    for (const object of objects) this.set(object);
  }

  /** Adds the object, or takes this version in place of the one before. */
  set(object: AnyGeneric<K>): void {
    this.changed(object);
    let names = this.byNamespace.get(object.namespace);
    if (names === undefined) {
      names = new Map();
      this.byNamespace.set(object.namespace, names);
    }
    const known = names.get(object.name);
    if (known !== undefined) {
      known.object = object;
      return;
    }
    const slot = { object };
    names.set(object.name, slot);
    this.slots.add(slot);
  }

  delete(namespace: string, name: string): void {
    this.changed({ namespace, name });
    const names = this.byNamespace.get(namespace);
    const slot = names?.get(name);
    if (slot === undefined) return;
    names!.delete(name);
    this.slots.delete(slot);
  }

  private changed(object: Named): void {
    this.changes[this.version % KEPT_CHANGES] = object;
    this.version += 1;
  }

  changedSince(version: number): readonly Named[] | null {
    if (version < 0 || this.version - version > KEPT_CHANGES) return null;
    const found: Named[] = [];
    for (let at = version; at < this.version; at += 1) {
      found.push(this.changes[at % KEPT_CHANGES]!);
    }
    return found;
  }

  get(nameOrNamespace: string, name?: string): VersionOf<K> | undefined {
    const [namespace, own] = name === undefined ? ["", nameOrNamespace] : [nameOrNamespace, name];
    return this.byNamespace.get(namespace)?.get(own)?.object;
  }

  inNamespace(namespace: string): readonly VersionOf<K>[] {
    return Array.from(this.byNamespace.get(namespace)?.values() ?? [], ({ object }) => object);
  }

  countIn(namespace: string): number {
    return this.byNamespace.get(namespace)?.size ?? 0;
  }

  list(): readonly VersionOf<K>[] {
    return Array.from(this.slots, ({ object }) => object);
  }
}
