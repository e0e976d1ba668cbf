import type { NodeInfo } from "../../../scheduler/framework/node-info.js";
import type { NodeGroup, NodeGroups } from "../node-group.js";
import type { Removable } from "./removal.js";

/**
 * Nodes of groups that are either empty or full go only with all others of their group: as many as the group
 * wants, or as are there. Those of other groups come first.
 * Source: Cluster Autoscaler 1.36, processors/nodes.AtomicResizeFilteringProcessor.
 */
export function onlyWholeGroups(
  candidates: readonly Removable[],
  groups: NodeGroups,
  present: readonly NodeInfo[],
): { readonly removable: readonly Removable[]; readonly incomplete: readonly Removable[] } {
  const removable: Removable[] = [];
  const whole = new Map<string, { readonly group: NodeGroup; readonly nodes: Removable[] }>();
  for (const candidate of candidates) {
    const group = groups.groupOf(candidate.node.name);
    if (group?.options.zeroOrMaxNodeScaling !== true) {
      removable.push(candidate);
      continue;
    }
    const known = whole.get(group.id);
    if (known === undefined) whole.set(group.id, { group, nodes: [candidate] });
    else known.nodes.push(candidate);
  }
  const incomplete: Removable[] = [];
  for (const { group, nodes } of whole.values()) {
    const isAll =
      nodes.length === group.targetSize() || nodes.length === registered(group, present);
    (isAll ? removable : incomplete).push(...nodes);
  }
  return { removable, incomplete };
}

function registered(group: NodeGroup, present: readonly NodeInfo[]): number {
  const names = new Set(group.instances().map(({ name }) => name));
  return present.filter(({ name }) => names.has(name)).length;
}
