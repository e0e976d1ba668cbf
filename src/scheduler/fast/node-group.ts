import type { HostMark } from "./host-marks.js";
import type { StaticGroup } from "./static-groups.js";

/** Nodes on which every rule that is not local says the same. */
export interface NodeGroup {
  readonly fixed: StaticGroup;
  /** What the pods on each of the nodes mean to the class; null where they mean nothing. */
  readonly marks: GroupMarks | null;
}

/** As {@link HostMark}, of all nodes of a group. */
type GroupMarks = Pick<HostMark, "own" | "existing" | "weight" | "soft" | "hard" | "near">;

/** Sums outside of these limits are named by text instead of a number. */
const MAX_COUNT = 4096;
const MAX_WEIGHT = 2 ** 19;
/** More than there are static groups. */
const STATIC_IDS = 512;

/**
 * Numbers the groups of the marked nodes of one class: nodes of one static group whose marks say the
 * same are one group.
 */
export class MarkedGroups {
  readonly groups: NodeGroup[] = [];
  private readonly ids = new Map<number | string, number>();

  clear(): void {
    if (this.groups.length === 0) return;
    this.groups.length = 0;
    this.ids.clear();
  }

  /** The number of the group; a new one gets the next. */
  idOf(staticId: number, fixed: StaticGroup, mark: HostMark | undefined): number {
    const key = mark === undefined ? staticId - STATIC_IDS : keyOf(staticId, mark);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.groups.push({ fixed, marks: mark === undefined ? null : marksOf(mark) }) - 1;
    this.ids.set(key, id);
    return id;
  }
}

function marksOf({ own, existing, weight, soft, hard, near }: HostMark): GroupMarks {
  return { own, existing, weight, soft: [...soft], hard: [...hard], near: [...near] };
}

function keyOf(staticId: number, mark: HostMark): number | string {
  const { weight, soft, hard, near } = mark;
  const far = (mark.own > 0 ? 1 : 0) + (mark.existing > 0 ? 2 : 0);
  const first = soft.length > 0 ? soft[0]! : 0;
  const isShort = soft.length <= 1 && hard.length === 0 && near.length === 0;
  if (isShort && first < MAX_COUNT && Math.abs(weight) < MAX_WEIGHT) {
    return (((weight + MAX_WEIGHT) * 4 + far) * STATIC_IDS + staticId) * MAX_COUNT + first;
  }
  return `${staticId} ${weight} ${far} ${soft.join()} ${hard.join()} ${near.join()}`;
}
