import type { Labels, Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { assert } from "../../base/assert.js";
import { HostPortSet } from "./host-ports.js";
import {
  AMOUNTS_PER_NODE,
  CPU_ALLOCATABLE,
  CPU_NON_ZERO,
  MEMORY_ALLOCATABLE,
  MEMORY_NON_ZERO,
  NodeAmounts,
  PODS_FREE,
  STORAGE_FREE,
} from "./node-amounts.js";
import type { NodePods } from "./node-pods.js";
import { zoneKey } from "../../api/zone-key.js";
import { OwnPods, type PodList, PodsOfRow } from "./pod-list.js";
import { RequestedResources } from "./requested-resources.js";
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
const NO_PODS: readonly PodInfo[] = Object.freeze([]);
/** Shared by all nodes without images. */
export const NO_IMAGES: ReadonlyMap<string, ImageState> = new Map();

/**
 * What the scheduler knows of one node: the object and the sums over its pods. Only the cluster
 * state changes one; whoever wants to try something out works on a {@link NodeInfo.clone}.
 */
export class NodeInfo {
  // Who places a pod reads these: they stand side by side.
  readonly name: string;
  /** Row in the cluster's node table; may be used again after the node is gone. */
  readonly row: number;
  /** Null while pods name a node that is not (or no longer) there. */
  node: NodeVersion | null = null;
  /** Place among the nodes in the order in which they came. */
  ordinal = 0;
  /** Those of the node, without what plain objects inherit: whoever asks for a key is asked by a user. */
  labels: Labels = NO_LABELS;
  taints: readonly Taint[] = NO_TAINTS;
  unschedulable = false;
  /** Region and zone in one key, see {@link zoneKey}. */
  zone = "";
  allocatable: ReadonlyResources = NO_RESOURCES;
  allowedPodNumber = 0;
  readonly requested: RequestedResources;
  usedPorts = new HostPortSet();
  imageStates: ReadonlyMap<string, ImageState> = NO_IMAGES;
  /** Pods by claim, `namespace/name`. */
  pvcRefCounts: Map<string, number> | null = null;
  /** Where its numbers begin in `amounts`. */
  private readonly offset: number;
  private readonly amounts: NodeAmounts;
  private readonly podList: PodList;
  private podsAt = -1;
  private knownPods: readonly PodInfo[] = NO_PODS;

  /** `place`: the numbers are these of `amounts`, and the row's pods are counted there. */
  private constructor(
    { name, row }: { readonly name: string; readonly row: number },
    place: {
      readonly amounts: NodeAmounts;
      readonly index: number;
      readonly pods: PodList;
    },
  ) {
    this.name = name;
    this.row = row;
    this.amounts = place.amounts;
    this.offset = place.index * AMOUNTS_PER_NODE;
    this.podList = place.pods;
    this.requested = new RequestedResources(this.amounts, this.offset);
  }

  /** The node in a row of the tables of all nodes. */
  static inRow(
    name: string,
    row: number,
    tables: { readonly amounts: NodeAmounts; readonly pods: NodePods },
  ): NodeInfo {
    const { amounts, pods } = tables;
    amounts.begin(row);
    return new NodeInfo({ name, row }, { amounts, index: row, pods: new PodsOfRow(pods, row) });
  }

  /** In the order of upstream's list. Valid until the pods change. */
  get pods(): readonly PodInfo[] {
    const { version } = this.podList;
    if (version !== this.podsAt) {
      this.podsAt = version;
      this.knownPods = this.podList.count === 0 ? NO_PODS : this.podList.list();
    }
    return this.knownPods;
  }

  get podCount(): number {
    return this.podList.count;
  }

  /** Pods with any affinity or anti-affinity to pods. */
  get podsWithAffinity(): readonly PodInfo[] {
    return this.pods.filter(({ template }) => template.hasAffinity);
  }

  get podsWithRequiredAntiAffinity(): readonly PodInfo[] {
    return this.pods.filter(({ template }) => template.requiredAntiAffinityTerms.length > 0);
  }

  /** Sum of the cpu requests with upstream's stand-ins for containers that state none. */
  get nonZeroCpuMillis(): number {
    return this.amounts.columns[this.offset + CPU_NON_ZERO]!;
  }

  get nonZeroMemoryBytes(): number {
    return this.amounts.columns[this.offset + MEMORY_NON_ZERO]!;
  }

  setNode(node: NodeVersion, names: ScalarResources): void {
    if (this.node?.labels !== node.labels) {
      this.labels = Object.assign(Object.create(null), node.labels);
    }
    this.node = node;
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
    columns[offset + PODS_FREE] = pods - this.podCount;
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

  /** Of a copy only. */
  addPod(info: PodInfo): void {
    assert(this.podList instanceof OwnPods, "only copies are tried out");
    this.podList.add(info);
    this.count(info, 1);
  }

  /** Of a copy only. Removes a pod that was added; false if it is not here. */
  removePod(info: PodInfo): boolean {
    assert(this.podList instanceof OwnPods, "only copies are tried out");
    if (!this.podList.remove(info)) return false;
    this.count(info, -1);
    return true;
  }

  private count(info: PodInfo, sign: 1 | -1): void {
    this.amounts.count(this.offset, info.placed, sign);
    if (info.template.takesMore) this.countMore(info, sign);
  }

  /** Counts what the numbers of all nodes do not tell of a pod. */
  countMore(info: PodInfo, sign: 1 | -1): void {
    const { hostPorts, hasVolumes } = info.template;
    addScalars(this.requested.scalars, info.placed.requests.scalars, sign);
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
    const amounts = new NodeAmounts(1);
    const copy = new NodeInfo(this, { amounts, index: 0, pods: new OwnPods(this.podList.list()) });
    copy.node = this.node;
    copy.labels = this.labels;
    copy.taints = this.taints;
    copy.unschedulable = this.unschedulable;
    copy.zone = this.zone;
    copy.allocatable = this.allocatable;
    copy.allowedPodNumber = this.allowedPodNumber;
    for (let i = 0; i < AMOUNTS_PER_NODE; i += 1) {
      amounts.columns[i] = this.amounts.columns[this.offset + i]!;
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
