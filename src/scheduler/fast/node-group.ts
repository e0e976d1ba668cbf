import type { HostMark } from "./host-marks.js";
import type { PodSums } from "./pod-sums.js";
import type { StaticGroup } from "./static-groups.js";

/** Nodes on which every rule that is not local says the same. */
export interface NodeGroup {
  readonly fixed: StaticGroup;
  /** What the pods on each of the nodes mean to the class; null where they mean nothing. */
  readonly counts: HostMark["counts"] | null;
}

/** Counts of this size or more are named by text instead of a number. */
const MAX_COUNT = 8192;
/** More than there are static groups. */
const STATIC_IDS = 512;
/** So many counts fit into a number beside the static group. */
const MAX_COUNTS = 3;

/**
 * Numbers the groups of the marked nodes of one class: nodes of one static group whose marks say the
 * same are one group.
 */
export class MarkedGroups {
  readonly groups: NodeGroup[] = [];
  private readonly ids = new Map<number | string, number>();

  /** What the counts are of. */
  constructor(private readonly of: PodSums) {}

  clear(): void {
    if (this.groups.length === 0) return;
    this.groups.length = 0;
    this.ids.clear();
  }

  /** The number of the group; a new one gets the next. */
  idOf(staticId: number, fixed: StaticGroup, mark: HostMark | undefined): number {
    const key = mark === undefined ? staticId - STATIC_IDS : this.keyOf(staticId, mark);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id =
      this.groups.push({ fixed, counts: mark === undefined ? null : [...mark.counts] }) - 1;
    this.ids.set(key, id);
    return id;
  }

  private keyOf(staticId: number, { counts }: HostMark): number | string {
    const { all: sums } = this.of;
    let key = staticId;
    for (let i = 0; i < sums.length; i += 1) {
      const count = this.countAt(counts, i);
      if (i === MAX_COUNTS || count >= MAX_COUNT || count < -MAX_COUNT) {
        return `${staticId} ${sums.map((_, sum) => this.countAt(counts, sum)).join()}`;
      }
      key = key * (2 * MAX_COUNT) + count + MAX_COUNT;
    }
    return key;
  }

  private countAt(counts: readonly number[], sum: number): number {
    const count = counts[sum] ?? 0;
    return count > 0 && this.of.all[sum]!.spec.presence === true ? 1 : count;
  }
}
