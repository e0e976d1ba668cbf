import type { Labels, Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { assert } from "../../base/assert.js";
import { HostPortSet } from "./host-ports.js";
import {
  AMOUNTS_PER_NODE,
  CPU_ALLOCATABLE,
  CPU_NON_ZERO,
  CPU_REQUESTED,
  MEMORY_ALLOCATABLE,
  MEMORY_NON_ZERO,
  MEMORY_REQUESTED,
  NodeAmounts,
  PODS_FREE,
  STORAGE_FREE,
} from "./node-amounts.js";
import { zoneKey } from "./node-tree.js";
import type { PodInfo } from "./pod-info.js";
import {
  type ReadonlyResources,
  Resources,
  type ScalarResources,
  addScalars,
  allocatableOf,
} from "./resources.js";

export type NodeVersion = ObjectVersion<"Node">;

/** An image on a node: its size, and on how many nodes it lies. */
export interface ImageState {
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

const NO_LABELS: Labels = Object.freeze({});
const NO_RESOURCES: ReadonlyResources = Object.freeze(new Resources());
const NO_TAINTS: readonly Taint[] = Object.freeze([]);
/** Shared by all nodes without images. */
export const NO_IMAGES: ReadonlyMap<string, ImageState> = new Map();

/** The sums of the requests of a node's pods, read from the amounts of all nodes. */
class RequestedResources implements ReadonlyResources {
  /** By scalar id; holes where no pod of the node ever named the resource. */
  readonly scalars: (number | undefined)[] = [];
  /** Allocatable, of which the columns have what is free. */
  storageBytes = 0;

  constructor(
    private readonly amounts: NodeAmounts,
    private readonly offset: number,
  ) {}

  get cpuMillis(): number {
    return this.amounts.columns[this.offset + CPU_REQUESTED]!;
  }

  get memoryBytes(): number {
    return this.amounts.columns[this.offset + MEMORY_REQUESTED]!;
  }

  get ephemeralStorageBytes(): number {
    return this.storageBytes - this.amounts.columns[this.offset + STORAGE_FREE]!;
  }

  scalar(id: number): number {
    return this.scalars[id] ?? 0;
  }
}

/**
 * What the scheduler knows of one node: the object and the sums over its pods. Only the cluster
 * state changes one; whoever wants to try something out works on a {@link NodeInfo.clone}.
 */
export class NodeInfo {
  /** Null while pods name a node that is not (or no longer) there. */
  node: NodeVersion | null = null;
  labels: Labels = NO_LABELS;
  taints: readonly Taint[] = NO_TAINTS;
  unschedulable = false;
  /** Region and zone in one key, see {@link zoneKey}. */
  zone = "";
  readonly pods: PodInfo[] = [];
  /** Pods with any affinity or anti-affinity to pods. */
  readonly podsWithAffinity: PodInfo[] = [];
  readonly podsWithRequiredAntiAffinity: PodInfo[] = [];
  allocatable: ReadonlyResources = NO_RESOURCES;
  allowedPodNumber = 0;
  readonly requested: RequestedResources;
  usedPorts = new HostPortSet();
  imageStates: ReadonlyMap<string, ImageState> = NO_IMAGES;
  /** Pods by claim, `namespace/name`. */
  pvcRefCounts: Map<string, number> | null = null;
  /** Place among the nodes in the order in which they came. */
  ordinal = 0;
  /** Where its numbers begin in `amounts`. */
  private readonly offset: number;

  constructor(
    readonly name: string,
    /** Row in the cluster's node table; may be used again after the node is gone. */
    readonly row: number,
    private readonly amounts: NodeAmounts,
    place: number = row,
  ) {
    amounts.reserve(place + 1);
    this.offset = place * AMOUNTS_PER_NODE;
    this.requested = new RequestedResources(amounts, this.offset);
    amounts.columns.fill(0, this.offset, this.offset + AMOUNTS_PER_NODE);
  }

  /** Sum of the cpu requests with upstream's stand-ins for containers that state none. */
  get nonZeroCpuMillis(): number {
    return this.amounts.columns[this.offset + CPU_NON_ZERO]!;
  }

  get nonZeroMemoryBytes(): number {
    return this.amounts.columns[this.offset + MEMORY_NON_ZERO]!;
  }

  setNode(node: NodeVersion, names: ScalarResources): void {
    this.node = node;
    this.labels = node.labels;
    this.taints = node.spec.taints ?? NO_TAINTS;
    this.unschedulable = node.spec.unschedulable === true;
    this.zone = zoneKey(node.labels);
    const { resources, pods } = allocatableOf(node.status?.allocatable, names);
    this.setAllocatable(resources, pods);
  }

  private setAllocatable(resources: ReadonlyResources, pods: number): void {
    this.allocatable = resources;
    this.allowedPodNumber = pods;
    const { offset } = this;
    const { columns } = this.amounts;
    columns[offset + CPU_ALLOCATABLE] = resources.cpuMillis;
    columns[offset + MEMORY_ALLOCATABLE] = resources.memoryBytes;
    columns[offset + PODS_FREE] = pods - this.pods.length;
    columns[offset + STORAGE_FREE]! +=
      resources.ephemeralStorageBytes - this.requested.storageBytes;
    this.requested.storageBytes = resources.ephemeralStorageBytes;
  }

  /** Forgets the object, but not the pods: they may be deleted later than their node. */
  clearNode(): void {
    this.node = null;
    this.labels = NO_LABELS;
    this.taints = NO_TAINTS;
    this.unschedulable = false;
    this.setAllocatable(NO_RESOURCES, 0);
    this.imageStates = NO_IMAGES;
  }

  addPod(info: PodInfo): void {
    this.pods.push(info);
    const { template } = info;
    if (template.hasAffinity) {
      this.podsWithAffinity.push(info);
      if (template.requiredAntiAffinityTerms.length > 0) {
        this.podsWithRequiredAntiAffinity.push(info);
      }
    }
    this.count(info, 1);
  }

  /** Removes a pod that was added; false if it is not here. */
  removePod(info: PodInfo): boolean {
    if (!takeOut(this.pods, info)) return false;
    if (info.template.hasAffinity) {
      takeOut(this.podsWithAffinity, info);
      takeOut(this.podsWithRequiredAntiAffinity, info);
    }
    this.count(info, -1);
    return true;
  }

  private count(info: PodInfo, sign: 1 | -1): void {
    const { resources, hostPorts, hasVolumes } = info.template;
    const { requests } = resources;
    const { offset } = this;
    const { columns } = this.amounts;
    columns[offset + CPU_REQUESTED]! += sign * requests.cpuMillis;
    columns[offset + MEMORY_REQUESTED]! += sign * requests.memoryBytes;
    columns[offset + CPU_NON_ZERO]! += sign * resources.nonZeroCpuMillis;
    columns[offset + MEMORY_NON_ZERO]! += sign * resources.nonZeroMemoryBytes;
    columns[offset + PODS_FREE]! -= sign;
    columns[offset + STORAGE_FREE]! -= sign * requests.ephemeralStorageBytes;
    if (requests.scalars.length > 0) addScalars(this.requested.scalars, requests.scalars, sign);
    for (const port of hostPorts) {
      if (sign === 1) this.usedPorts.add(port);
      else this.usedPorts.remove(port);
    }
    if (hasVolumes) this.countClaims(info, sign);
  }

  private countClaims(info: PodInfo, sign: 1 | -1): void {
    for (const volume of info.template.spec.volumes ?? []) {
      const claim = volume.persistentVolumeClaim?.claimName;
      if (claim === undefined) continue;
      const key = `${info.pod.namespace}/${claim}`;
      this.pvcRefCounts ??= new Map();
      const count = (this.pvcRefCounts.get(key) ?? 0) + sign;
      if (count > 0) this.pvcRefCounts.set(key, count);
      else this.pvcRefCounts.delete(key);
    }
  }

  /** A copy that may be changed; node, images and pod infos are shared. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.name, this.row, new NodeAmounts(1), 0);
    copy.node = this.node;
    copy.labels = this.labels;
    copy.taints = this.taints;
    copy.unschedulable = this.unschedulable;
    copy.zone = this.zone;
    copy.pods.push(...this.pods);
    copy.podsWithAffinity.push(...this.podsWithAffinity);
    copy.podsWithRequiredAntiAffinity.push(...this.podsWithRequiredAntiAffinity);
    copy.allocatable = this.allocatable;
    copy.allowedPodNumber = this.allowedPodNumber;
    for (let i = 0; i < AMOUNTS_PER_NODE; i += 1) {
      copy.amounts.columns[i] = this.amounts.columns[this.offset + i]!;
    }
    copy.requested.storageBytes = this.requested.storageBytes;
    copy.requested.scalars.push(...this.requested.scalars);
    copy.usedPorts = this.usedPorts.clone();
    copy.imageStates = this.imageStates;
    copy.pvcRefCounts = this.pvcRefCounts === null ? null : new Map(this.pvcRefCounts);
    copy.ordinal = this.ordinal;
    return copy;
  }
}

/** Takes `info` out of `infos`; the last one takes its place, as upstream does it. */
function takeOut(infos: PodInfo[], info: PodInfo): boolean {
  const at = infos.indexOf(info);
  if (at < 0) return false;
  const last = infos.pop();
  assert(last !== undefined, "the list was not empty");
  if (at < infos.length) infos[at] = last;
  return true;
}
