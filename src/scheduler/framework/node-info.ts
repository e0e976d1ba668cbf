import type { Labels, Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { assert } from "../../base/assert.js";
import { HostPortSet } from "./host-ports.js";
import { zoneKey } from "./node-tree.js";
import type { PodInfo } from "./pod-info.js";
import { Resources, type ScalarResources, allocatableOf } from "./resources.js";

export type NodeVersion = ObjectVersion<"Node">;

/** An image on a node: its size, and on how many nodes it lies. */
export interface ImageState {
  readonly sizeBytes: number;
  readonly nodeCount: number;
}

const NO_LABELS: Labels = Object.freeze({});
const NO_TAINTS: readonly Taint[] = Object.freeze([]);
/** Shared by all nodes without images. */
export const NO_IMAGES: ReadonlyMap<string, ImageState> = new Map();

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
  allocatable = new Resources();
  allowedPodNumber = 0;
  requested = new Resources();
  nonZeroCpuMillis = 0;
  nonZeroMemoryBytes = 0;
  usedPorts = new HostPortSet();
  imageStates: ReadonlyMap<string, ImageState> = NO_IMAGES;
  /** Pods by claim, `namespace/name`. */
  pvcRefCounts: Map<string, number> | null = null;
  /** Grows with every change; unique over the nodes of a run. */
  generation = 0;
  /** Place among the nodes in the order in which they came. */
  ordinal = 0;

  constructor(
    readonly name: string,
    /** Row in the cluster's node table; may be used again after the node is gone. */
    readonly row: number,
  ) {}

  setNode(node: NodeVersion, names: ScalarResources): void {
    this.node = node;
    this.labels = node.labels;
    this.taints = node.spec.taints ?? NO_TAINTS;
    this.unschedulable = node.spec.unschedulable === true;
    this.zone = zoneKey(node.labels);
    const { resources, pods } = allocatableOf(node.status?.allocatable, names);
    this.allocatable = resources;
    this.allowedPodNumber = pods;
  }

  /** Forgets the object, but not the pods: they may be deleted later than their node. */
  clearNode(): void {
    this.node = null;
    this.labels = NO_LABELS;
    this.taints = NO_TAINTS;
    this.unschedulable = false;
    this.allocatable = new Resources();
    this.allowedPodNumber = 0;
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
    this.requested.add(resources.requests, sign);
    this.nonZeroCpuMillis += sign * resources.nonZeroCpuMillis;
    this.nonZeroMemoryBytes += sign * resources.nonZeroMemoryBytes;
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
    const copy = new NodeInfo(this.name, this.row);
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
    copy.requested = this.requested.clone();
    copy.nonZeroCpuMillis = this.nonZeroCpuMillis;
    copy.nonZeroMemoryBytes = this.nonZeroMemoryBytes;
    copy.usedPorts = this.usedPorts.clone();
    copy.imageStates = this.imageStates;
    copy.pvcRefCounts = this.pvcRefCounts === null ? null : new Map(this.pvcRefCounts);
    copy.generation = this.generation;
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
