import type { NodeGroup } from "../node-group.js";

/** A change of a group's wanted number of nodes. */
export interface Resize {
  readonly group: NodeGroup;
  readonly from: number;
  readonly to: number;
}

/**
 * Gives nodes one by one to the smallest of the groups, the first of equal ones; none beyond its maximum.
 * Source: cluster-autoscaler, `BalanceScaleUpBetweenGroups`.
 */
export function balance(groups: readonly NodeGroup[], nodeCount: number): readonly Resize[] {
  const shares = groups
    .map((group) => ({ group, from: group.targetSize(), to: group.targetSize() }))
    .filter(({ group, from }) => from < group.maxSize)
    .sort((a, b) => a.from - b.from);
  for (let left = nodeCount; left > 0; left -= 1) {
    let smallest: (typeof shares)[number] | null = null;
    for (const share of shares) {
      if (share.to >= share.group.maxSize) continue;
      if (smallest === null || share.to < smallest.to) smallest = share;
    }
    if (smallest === null) break;
    smallest.to += 1;
  }
  return shares.filter(({ from, to }) => to > from);
}
