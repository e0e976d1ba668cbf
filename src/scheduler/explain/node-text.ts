import { counted } from "../../base/counted.js";
import type { NodeInfo } from "../framework/node-info.js";

const ZONE = "topology.kubernetes.io/zone";
const MAX_NAMED = 3;

/** `general-3 (zone b)`. */
export function nodeText({ name, labels }: NodeInfo): string {
  const zone = labels[ZONE];
  return zone === undefined ? name : `${name} (zone ${zone})`;
}

/** `3 nodes with room for it (general-0 (zone a), …)`. */
export function roomText(nodes: readonly NodeInfo[]): string {
  return `${counted(nodes.length, "node")} with room for it (${nodesText(nodes)})`;
}

/** The first few by name, and how many more. */
export function nodesText(nodes: readonly NodeInfo[]): string {
  return listText(nodes.map(nodeText), MAX_NAMED);
}

/** `a, b and 3 more`. */
export function listText(items: readonly string[], most: number): string {
  const named = items.slice(0, most).join(", ");
  const rest = items.length - most;
  return rest > 0 ? `${named} and ${rest} more` : named;
}
