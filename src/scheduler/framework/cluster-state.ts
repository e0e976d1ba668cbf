import type { Features } from "../../api/features.js";
import { isResizeInfeasible } from "../../api/pod-resources.js";
import type { PodVersion } from "../../api/pod-version.js";
import { zoneKey } from "../../api/zone-key.js";
import { assert } from "../../base/assert.js";
import { ChangeLog } from "./change-log.js";
import { ImageSpread } from "./image-spread.js";
import { AMOUNTS_PER_NODE, NodeAmounts } from "./node-amounts.js";
import { NodeInfo, type NodeVersion } from "./node-info.js";
import { NodePods } from "./node-pods.js";
import { CHANGED_AT, HAS_NODE, NodeRecords, NUMBERS_PER_ROW, POSITION } from "./node-records.js";
import { sameTraits } from "./node-traits.js";
import { NodeTree } from "./node-tree.js";
import { type PodInfo, PodInfoFactory } from "./pod-info.js";
import { ScalarResources } from "./resources.js";
import type { PodObserver, Snapshot } from "./snapshot.js";

/** More than any cluster has. */
const MAX_NODES = 2 ** 22;

/**
 * The one mutator of what the scheduler believes of nodes and pods: the scheduler's cache and the
 * conformance replay both change it, and each change is logged by the row of its node. It is its own
 * {@link Snapshot}: a cycle decides at one instant, so nothing needs to be copied.
 *
 * A pod counts on the node that its `nodeName` says; a pod bound to a node that is not known (yet)
 * counts on a row without a node, as upstream's cache keeps it.
 */
export class ClusterState implements Snapshot {
  readonly changes: ChangeLog;
  readonly scalars = new ScalarResources();
  readonly podInfos: PodInfoFactory;
  /** The numbers of all nodes, by row. */
  readonly amounts = new NodeAmounts();
  /** What else is known of all nodes, by row; positions are those of {@link nodes} once it was asked for. */
  readonly records = new NodeRecords();
  private readonly podsByRow = new NodePods(this.records);
  private readonly infos: (NodeInfo | null)[] = [];
  private readonly byName = new Map<string, NodeInfo>();
  private readonly placed = new Map<string, PodInfo>();
  private readonly tree = new NodeTree<NodeInfo>();
  private readonly images: ImageSpread;
  private readonly pvcUsers = new Map<string, number>();
  private readonly podsByPriority = new Map<number, number>();
  private readonly freeRows: number[] = [];
  private order: readonly NodeInfo[] | null = null;
  private rowCount = 0;
  private nextOrdinal = 0;
  private readonly podObservers: PodObserver[] = [];
  /**
   * Grows with every change of a node's labels or taints, and when a node comes or goes. What was summed
   * up under another version may be wrong, even if every node is again as it was then.
   */
  topologyVersion = 0;
  nodesVersion = 0;
  readonly nodesWithAffinity = new Set<NodeInfo>();
  readonly nodesWithRequiredAntiAffinity = new Set<NodeInfo>();

  /** `changeLogLog2`: the log keeps 2^changeLogLog2 changes for its readers. */
  constructor(
    private readonly features: Features,
    options: { readonly changeLogLog2?: number } = {},
  ) {
    this.changes = new ChangeLog(options.changeLogLog2);
    this.images = new ImageSpread({ asOfNodeUpdate: features.ImageSpreadAsOfNodeUpdate });
    this.podInfos = new PodInfoFactory(features, this.scalars, () => this.podCount);
  }

  /** Rows in use never reach this number. */
  get rows(): number {
    return this.rowCount;
  }

  get podCount(): number {
    return this.placed.size;
  }

  get nodes(): readonly NodeInfo[] {
    this.order ??= this.takeOrder();
    return this.order;
  }

  private takeOrder(): readonly NodeInfo[] {
    const order = this.tree.list();
    const { numbers } = this.records;
    for (let at = POSITION; at < numbers.length; at += NUMBERS_PER_ROW) numbers[at] = -1;
    for (let position = 0; position < order.length; position += 1) {
      numbers[order[position]!.row * NUMBERS_PER_ROW + POSITION] = position;
    }
    return order;
  }

  /** True for a row with a node, not only pods that name it. */
  hasNode(row: number): boolean {
    return this.records.numbers[row * NUMBERS_PER_ROW + HAS_NODE] === 1;
  }

  /** What is known of the node in that row, which must be in use. */
  nodeInRow(row: number): NodeInfo {
    const info = this.infos[row];
    assert(info !== null && info !== undefined, () => `row ${row} is not in use`);
    return info;
  }

  get(name: string): NodeInfo | undefined {
    const info = this.byName.get(name);
    return info?.node === null ? undefined : info;
  }

  hasPodsBelow(priority: number): boolean {
    for (const present of this.podsByPriority.keys()) if (present < priority) return true;
    return false;
  }

  isPvcUsedByPods(key: string): boolean {
    return this.pvcUsers.has(key);
  }

  addNode(node: NodeVersion): void {
    const info = this.infoOf(node.name);
    assert(info.node === null, () => `node ${node.name} was added twice`);
    info.ordinal = this.nextOrdinal;
    this.nextOrdinal += 1;
    info.setNode(node, this.scalars);
    this.markNode(info.row, 1);
    this.tree.add(info.zone, info);
    this.order = null;
    this.topologyVersion += 1;
    this.images.add(info);
    this.changed(info.row, true);
  }

  /** Something else has changed that counts on the node of that name, if there is one. */
  touch(name: string): void {
    const info = this.get(name);
    if (info !== undefined) this.changed(info.row, false);
  }

  /** Takes a new version of a node. One that is not known is added. */
  updateNode(node: NodeVersion): void {
    const info = this.get(node.name);
    if (info === undefined) {
      this.addNode(node);
      return;
    }
    const before = info.node;
    assert(before !== null, "get gives nodes that exist");
    const imagesChanged =
      this.features.ImageSpreadAsOfNodeUpdate || before.status?.images !== node.status?.images;
    if (imagesChanged) this.images.remove(info);
    const zone = zoneKey(node.labels);
    if (zone !== info.zone) {
      this.tree.move(info.zone, zone, info);
      this.order = null;
    }
    const { labels, taints } = info;
    info.setNode(node, this.scalars);
    if (!sameTraits({ labels, taints }, info)) this.topologyVersion += 1;
    if (imagesChanged) this.images.add(info);
    this.changed(info.row, true);
  }

  /** Forgets a node; its pods stay counted until they are removed. Unknown names are ignored. */
  removeNode(name: string): void {
    const info = this.get(name);
    if (info === undefined) return;
    this.images.remove(info);
    this.tree.remove(info.zone, name);
    this.order = null;
    this.topologyVersion += 1;
    info.clearNode();
    this.changed(info.row, true);
    this.markNode(info.row, 0);
    this.dropIfUnused(info.row);
  }

  /**
   * Differs whenever image scores of nodes that were not touched may differ: with the number of nodes
   * that have an image, and of all nodes. -1 while no node has an image.
   */
  get imageVersion(): number {
    const version = this.images.liveVersion;
    return version < 0 ? -1 : version * MAX_NODES + this.nodes.length;
  }

  /** A state of its own with the same nodes and pods, in the same order: changes of one are not the other's. */
  fork(): ClusterState {
    const fork = new ClusterState(this.features);
    for (const { node } of this.nodes) if (node !== null) fork.addNode(node);
    for (const { pod } of this.placed.values()) fork.addPod(pod);
    return fork;
  }

  observePods(observer: PodObserver): void {
    for (const info of this.placed.values()) observer(info, 1);
    this.podObservers.push(observer);
  }

  hasPod(uid: string): boolean {
    return this.placed.has(uid);
  }

  /** The pod of that uid as it is counted. */
  placedPod(uid: string): PodInfo | undefined {
    return this.placed.get(uid);
  }

  /** The pod of that uid as it is counted, and the name of its node. */
  podOf(uid: string): { readonly info: PodInfo; readonly nodeName: string } | undefined {
    const info = this.placed.get(uid);
    return info === undefined ? undefined : { info, nodeName: this.infos[info.row]!.name };
  }

  /** Counts a pod on its node; `pod.nodeName` must be set. */
  addPod(pod: PodVersion): PodInfo {
    assert(pod.nodeName !== "", () => `pod ${pod.namespace}/${pod.name} has no node`);
    const info = this.podInfos.podInfo(pod);
    this.place(info, this.infoOf(pod.nodeName).row);
    return info;
  }

  /** Counts a pod that was decided on, under its version that names `node`. */
  placePod(info: PodInfo, bound: PodVersion, node: NodeInfo): void {
    assert(bound.nodeName === node.name, () => `pod ${bound.name} is bound to another node`);
    info.pod = bound;
    // The node may have gone since, and come again as another.
    this.place(info, node.node === null ? this.infoOf(node.name).row : node.row);
  }

  private place(info: PodInfo, row: number): void {
    const { size } = this.placed;
    this.placed.set(info.pod.uid, info);
    assert(this.placed.size > size, () => `pod ${info.pod.name} was added twice`);
    info.row = row;
    this.podsByRow.add(row, info);
    this.count(info, 1);
  }

  /**
   * Takes a new version of a pod, which may have moved from an assumed node to another. One that
   * counts as before (most change the status only) does not count as a change of its node.
   */
  updatePod(pod: PodVersion): PodInfo {
    const info = this.placed.get(pod.uid);
    if (info !== undefined && countsTheSame(info.pod, pod)) {
      info.pod = pod;
      return info;
    }
    this.removePod(pod.uid);
    return this.addPod(pod);
  }

  /** Counts a pod no longer; false if it was not counted. */
  removePod(uid: string): boolean {
    const info = this.placed.get(uid);
    if (info === undefined) return false;
    this.placed.delete(uid);
    const { row } = info;
    this.podsByRow.remove(row, info);
    this.count(info, -1);
    if (this.podsByRow.count(row) === 0) this.dropIfUnused(row);
    return true;
  }

  /** The pod is on its row already, or no longer. */
  private count(info: PodInfo, sign: 1 | -1): void {
    const { template, row } = info;
    this.amounts.count(row * AMOUNTS_PER_NODE, info.placed, sign);
    addTo(this.podsByPriority, template.priority, sign);
    if (template.takesMore) this.countMore(info, this.infos[row]!, sign);
    if (template.hasAffinity) this.markAffinity(row);
    this.changed(row, false);
    const { podObservers } = this;
    for (let i = 0; i < podObservers.length; i += 1) podObservers[i]!(info, sign);
  }

  private changed(row: number, ofNode: boolean): void {
    if (ofNode) this.nodesVersion += 1;
    // The newest change of a row stands with it, so that readers of the log take each row once.
    this.records.numbers[row * NUMBERS_PER_ROW + CHANGED_AT] = this.changes.end | 0;
    this.changes.append(row, ofNode);
  }

  private markNode(row: number, hasNode: 0 | 1): void {
    this.records.numbers[row * NUMBERS_PER_ROW + HAS_NODE] = hasNode;
  }

  private countMore(info: PodInfo, node: NodeInfo, sign: 1 | -1): void {
    node.countMore(info, sign);
    for (const volume of info.template.spec.volumes ?? []) {
      const claim = volume.persistentVolumeClaim?.claimName;
      if (claim !== undefined) addTo(this.pvcUsers, `${info.pod.namespace}/${claim}`, sign);
    }
  }

  private markAffinity(row: number): void {
    const node = this.infos[row]!;
    keepIf(this.nodesWithAffinity, node, this.podsByRow.affinityCount(row) > 0);
    const anti = this.podsByRow.requiredAntiAffinityCount(row) > 0;
    keepIf(this.nodesWithRequiredAntiAffinity, node, anti);
  }

  private infoOf(name: string): NodeInfo {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const row = this.freeRows.pop() ?? this.rowCount;
    if (row === this.rowCount) this.rowCount += 1;
    this.records.begin(row);
    const info = NodeInfo.inRow(name, row, { amounts: this.amounts, pods: this.podsByRow });
    this.byName.set(name, info);
    this.infos[row] = info;
    return info;
  }

  /** Forgets a row that has neither a node nor pods. */
  private dropIfUnused(row: number): void {
    if (this.hasNode(row) || this.podsByRow.count(row) > 0) return;
    const info = this.infos[row]!;
    this.byName.delete(info.name);
    this.nodesWithAffinity.delete(info);
    this.nodesWithRequiredAntiAffinity.delete(info);
    this.infos[row] = null;
    this.freeRows.push(row);
  }
}

/** Counts in a table that holds no zeros. */
function addTo<K>(counts: Map<K, number>, key: K, sign: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + sign;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function keepIf(set: Set<NodeInfo>, node: NodeInfo, keep: boolean): void {
  if (keep) set.add(node);
  else set.delete(node);
}

function isInfeasible({ status }: PodVersion): boolean {
  return status.conditions.length > 0 && isResizeInfeasible(status);
}

/** Whether filters and scores see no difference (`PlacedPodPart`); preemption reads the version itself. */
function countsTheSame(before: PodVersion, after: PodVersion): boolean {
  return (
    before.spec === after.spec &&
    before.labels === after.labels &&
    before.ownerReferences === after.ownerReferences &&
    before.nodeName === after.nodeName &&
    before.status.resources === after.status.resources &&
    (before.status === after.status || isInfeasible(before) === isInfeasible(after)) &&
    (before.deletionTimeMicros === null) === (after.deletionTimeMicros === null)
  );
}
