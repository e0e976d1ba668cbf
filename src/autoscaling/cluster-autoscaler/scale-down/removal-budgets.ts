import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import type { DeletionTracker } from "./deletion-tracker.js";

/** Nodes of one group that go together, or at the same time. */
export interface RemovalBatch {
  readonly group: NodeGroup;
  readonly nodes: readonly NodeVersion[];
}

/**
 * Which of the nodes that could go begin to now, by how many may be removed and drained at once. Groups that
 * are either empty or full come first and whole: the first of them may go beyond what is left of a budget.
 * Source: Cluster Autoscaler 1.36, core/scaledown/budgets.
 */
export function withinBudgets(
  empty: readonly NodeVersion[],
  drained: readonly NodeVersion[],
  limits: {
    readonly groups: NodeGroups;
    readonly options: Pick<AutoscalerOptions, "maxScaleDownParallelism" | "maxDrainParallelism">;
    readonly running: DeletionTracker;
  },
): { readonly empty: readonly RemovalBatch[]; readonly drained: readonly RemovalBatch[] } {
  const { options, running, groups } = limits;
  const ofEmpty = batches(empty, groups);
  const ofDrained = batches(drained, groups);
  let left = options.maxScaleDownParallelism - running.count;
  let drainsLeft = options.maxDrainParallelism - running.drains;

  const wholeEmpty = wholeBatches(ofEmpty.whole, left, true);
  left -= wholeEmpty.count;
  drainsLeft = Math.min(left, drainsLeft);
  const wholeDrained = wholeBatches(ofDrained.whole, drainsLeft, wholeEmpty.mayOverflow);
  left -= wholeDrained.count;
  drainsLeft -= wholeDrained.count;

  const singleEmpty = singles(ofEmpty.single, left);
  left -= singleEmpty.count;
  const singleDrained = singles(ofDrained.single, Math.min(left, drainsLeft));
  return {
    empty: [...wholeEmpty.batches, ...singleEmpty.batches],
    drained: [...wholeDrained.batches, ...singleDrained.batches],
  };
}

/** Nodes by their groups, in the order in which the groups come up. */
function batches(nodes: readonly NodeVersion[], groups: NodeGroups) {
  const byGroup = new Map<string, { readonly group: NodeGroup; readonly nodes: NodeVersion[] }>();
  for (const node of nodes) {
    const group = groups.groupOf(node.name);
    if (group === null) continue;
    const batch = byGroup.get(group.id);
    if (batch === undefined) byGroup.set(group.id, { group, nodes: [node] });
    else batch.nodes.push(node);
  }
  const all = [...byGroup.values()];
  const isWhole = ({ group }: RemovalBatch): boolean => group.options.zeroOrMaxNodeScaling;
  return { whole: all.filter(isWhole), single: all.filter((batch) => !isWhole(batch)) };
}

function wholeBatches(candidates: readonly RemovalBatch[], budget: number, mayOverflow: boolean) {
  const taken: RemovalBatch[] = [];
  let left = budget;
  let overflows = mayOverflow;
  for (const batch of candidates) {
    if (left < batch.nodes.length && (left === 0 || !overflows)) break;
    taken.push(batch);
    left -= batch.nodes.length;
    overflows = false;
  }
  return { batches: taken, count: budget - left, mayOverflow: overflows };
}

function singles(candidates: readonly RemovalBatch[], budget: number) {
  const taken: RemovalBatch[] = [];
  let left = budget;
  for (const { group, nodes } of candidates) {
    if (left < 1) break;
    const some = nodes.slice(0, left);
    taken.push({ group, nodes: some });
    left -= some.length;
  }
  return { batches: taken, count: budget - left };
}
