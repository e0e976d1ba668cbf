import {
  AFFINITY_PODS,
  ANTI_AFFINITY_PODS,
  LAST_POD,
  NUMBERS_PER_ROW,
  type NodeRecords,
  POD_COUNT,
  POD_VERSION,
} from "./node-records.js";
import type { PodInfo } from "./pod-info.js";

const NO_SLOT = -1;

/**
 * The pods of each node, by row, in the order of upstream's lists: one that leaves gives its place to
 * the last. A pod has a slot, and the slots of a node are chained from the last one back, so that a
 * pod that comes or goes touches a few numbers instead of a list for each node.
 */
export class NodePods {
  private readonly infos: (PodInfo | null)[] = [];
  /** The slot before, by slot; of a free slot the next free one. */
  private before = new Int32Array(64);
  private free = NO_SLOT;

  constructor(private readonly records: NodeRecords) {}

  count(row: number): number {
    return this.records.numbers[row * NUMBERS_PER_ROW + POD_COUNT]!;
  }

  /** Differs after every change of the row's pods. */
  version(row: number): number {
    return this.records.numbers[row * NUMBERS_PER_ROW + POD_VERSION]!;
  }

  /** How many pods of the row have affinity or anti-affinity to pods. */
  affinityCount(row: number): number {
    return this.records.numbers[row * NUMBERS_PER_ROW + AFFINITY_PODS]!;
  }

  requiredAntiAffinityCount(row: number): number {
    return this.records.numbers[row * NUMBERS_PER_ROW + ANTI_AFFINITY_PODS]!;
  }

  add(row: number, info: PodInfo): void {
    const { numbers } = this.records;
    const at = row * NUMBERS_PER_ROW;
    const slot = this.newSlot(info);
    this.before[slot] = numbers[at + LAST_POD]!;
    numbers[at + LAST_POD] = slot;
    numbers[at + POD_COUNT]! += 1;
    numbers[at + POD_VERSION]! += 1;
    if (info.template.hasAffinity) this.countAffinity(at, info, 1);
  }

  /** Removes a pod that was added to the row. */
  remove(row: number, info: PodInfo): void {
    const { infos, before } = this;
    const { numbers } = this.records;
    const at = row * NUMBERS_PER_ROW;
    const last = numbers[at + LAST_POD]!;
    const { slot } = info;
    if (slot !== last) {
      const moved = infos[last]!;
      infos[slot] = moved;
      moved.slot = slot;
    }
    numbers[at + LAST_POD] = before[last]!;
    numbers[at + POD_COUNT]! -= 1;
    numbers[at + POD_VERSION]! += 1;
    if (info.template.hasAffinity) this.countAffinity(at, info, -1);
    info.slot = NO_SLOT;
    infos[last] = null;
    before[last] = this.free;
    this.free = last;
  }

  private countAffinity(at: number, { template }: PodInfo, by: 1 | -1): void {
    const { numbers } = this.records;
    numbers[at + AFFINITY_PODS]! += by;
    if (template.requiredAntiAffinityTerms.length > 0) numbers[at + ANTI_AFFINITY_PODS]! += by;
  }

  private newSlot(info: PodInfo): number {
    let slot = this.free;
    if (slot === NO_SLOT) {
      slot = this.infos.push(info) - 1;
      if (slot >= this.before.length) {
        const before = new Int32Array(slot * 2);
        before.set(this.before);
        this.before = before;
      }
    } else {
      this.free = this.before[slot]!;
      this.infos[slot] = info;
    }
    info.slot = slot;
    return slot;
  }

  /** The pods of a row, in order. */
  list(row: number): PodInfo[] {
    const pods: PodInfo[] = [];
    let slot = this.records.numbers[row * NUMBERS_PER_ROW + LAST_POD]!;
    for (; slot !== NO_SLOT; slot = this.before[slot]!) pods.push(this.infos[slot]!);
    return pods.reverse();
  }
}
