import type { PodInfo } from "./pod-info.js";

/** Numbers by row, side by side. */
const PER_ROW = 4;
const LAST = 0;
const COUNT = 1;
const VERSION = 2;
/** Pods with affinity of any kind, and those with required anti-affinity times 65,536. */
const AFFINITY = 3;
const REQUIRED_ANTI_AFFINITY = 2 ** 16;
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
  private rows = new Int32Array(0);

  /** Makes room for rows below `rows`. */
  reserve(rows: number): void {
    const known = this.rows.length;
    if (rows * PER_ROW <= known) return;
    const grown = new Int32Array(Math.max(64, rows * 2) * PER_ROW);
    grown.set(this.rows);
    for (let at = known; at < grown.length; at += PER_ROW) grown[at + LAST] = NO_SLOT;
    this.rows = grown;
  }

  count(row: number): number {
    return this.rows[row * PER_ROW + COUNT]!;
  }

  /** Differs after every change of the row's pods. */
  version(row: number): number {
    return this.rows[row * PER_ROW + VERSION]!;
  }

  /** How many pods of the row have affinity or anti-affinity to pods. */
  affinityCount(row: number): number {
    return this.rows[row * PER_ROW + AFFINITY]! % REQUIRED_ANTI_AFFINITY;
  }

  requiredAntiAffinityCount(row: number): number {
    return Math.floor(this.rows[row * PER_ROW + AFFINITY]! / REQUIRED_ANTI_AFFINITY);
  }

  add(row: number, info: PodInfo): void {
    const { rows } = this;
    const at = row * PER_ROW;
    const slot = this.newSlot(info);
    this.before[slot] = rows[at + LAST]!;
    rows[at + LAST] = slot;
    rows[at + COUNT]! += 1;
    rows[at + VERSION]! += 1;
    if (info.template.hasAffinity) rows[at + AFFINITY]! += affinityOf(info);
  }

  /** Removes a pod that was added to the row. */
  remove(row: number, info: PodInfo): void {
    const { rows, infos, before } = this;
    const at = row * PER_ROW;
    const last = rows[at + LAST]!;
    const { slot } = info;
    if (slot !== last) {
      const moved = infos[last]!;
      infos[slot] = moved;
      moved.slot = slot;
    }
    rows[at + LAST] = before[last]!;
    rows[at + COUNT]! -= 1;
    rows[at + VERSION]! += 1;
    if (info.template.hasAffinity) rows[at + AFFINITY]! -= affinityOf(info);
    info.slot = NO_SLOT;
    infos[last] = null;
    before[last] = this.free;
    this.free = last;
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
    let slot = this.rows[row * PER_ROW + LAST]!;
    for (; slot !== NO_SLOT; slot = this.before[slot]!) pods.push(this.infos[slot]!);
    return pods.reverse();
  }
}

function affinityOf({ template }: PodInfo): number {
  return 1 + (template.requiredAntiAffinityTerms.length > 0 ? REQUIRED_ANTI_AFFINITY : 0);
}
