import type { NodeInfo } from "../framework/node-info.js";

const ZONE = "topology.kubernetes.io/zone";
const MAX_NAMED = 3;

/** `general-3 (zone b)`. */
export function nodeText({ name, labels }: NodeInfo): string {
  const zone = labels[ZONE];
  return zone === undefined ? name : `${name} (zone ${zone})`;
}

/** The first few by name, and how many more. */
export function nodesText(nodes: readonly NodeInfo[]): string {
  const named = nodes.slice(0, MAX_NAMED).map(nodeText).join(", ");
  const rest = nodes.length - MAX_NAMED;
  return rest > 0 ? `${named} and ${rest} more` : named;
}
