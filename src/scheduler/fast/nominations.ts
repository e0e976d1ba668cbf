import { CycleState } from "../framework/cycle-state.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import type { Framework } from "../framework/runtime.js";
import { isRejected } from "../framework/status.js";
import type { NodeTable } from "./node-table.js";
import type { NodesAside } from "./nodes-aside.js";

/** With nominations on more nodes than this the plain form is no slower. */
const MAX_NODES = 64;

/**
 * Nodes on which pods are nominated that may get there before the incoming one: these are looked at
 * by the plain form, since such a pod counts on its own node only, and never in a score. Where it
 * refuses a node the decision sets that one aside. False if the plain form has to decide.
 */
export function closeNominated(
  framework: Framework,
  pod: PodInfo,
  table: NodeTable,
  aside: NodesAside,
): boolean {
  const nodes = nodesInQuestion(framework, pod);
  if (nodes === null) return false;
  if (nodes.length === 0) return true;
  const state = new CycleState();
  const preFilter = framework.runPreFilterPlugins(state, pod);
  if (preFilter.status !== null || preFilter.nodeNames !== null) return false;
  for (const node of nodes) {
    const status = framework.runFilterPluginsWithNominatedPods(state, pod, node);
    if (status === null) continue;
    if (!isRejected(status)) return false;
    aside.close(table.positionOf(node.row), status);
  }
  return true;
}

/** Nodes with nominated pods that count for the incoming one; null if there are too many. */
function nodesInQuestion(
  { nominator, snapshot }: Framework,
  { priority, pod }: PodInfo,
): readonly NodeInfo[] | null {
  const nodes: NodeInfo[] = [];
  for (const name of nominator.nodeNames()) {
    const counts = nominator
      .nominatedPodsForNode(name)
      .some((info) => info.priority >= priority && info.pod.uid !== pod.uid);
    const node = counts ? snapshot.get(name) : undefined;
    if (node === undefined) continue;
    if (nodes.length === MAX_NODES) return null;
    nodes.push(node);
  }
  return nodes;
}
