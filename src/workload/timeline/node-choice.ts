import { zoneOf } from "../../api/zone-key.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { RandomStreams } from "../../kernel/random-streams.js";
import type { ObjectStore } from "../../store/object-store.js";

type Node = ObjectVersion<"Node">;

/** Which nodes a step is about: the one of that name, or those of a pool or a zone, or all. */
export interface NodeChoice {
  readonly node: string | null;
  readonly pool: string | null;
  readonly zone: string | null;
}

/** The nodes that are there, in order of creation. */
export function chosenNodes(store: ObjectStore, choice: NodeChoice): readonly Node[] {
  const { node: name, pool, zone } = choice;
  return [...store.table("Node")]
    .filter(
      (node) =>
        (name === null || node.name === name) &&
        (pool === null || isOfPool(node, pool)) &&
        (zone === null || zoneOf(node.labels) === zone),
    )
    .sort((a, b) => a.creationTimeMicros - b.creationTimeMicros || a.row - b.row);
}

function isOfPool({ name }: Node, pool: string): boolean {
  return name.startsWith(`${pool}-`) && /^\d+$/.test(name.slice(pool.length + 1));
}

/**
 * A share of the nodes, rounded up, drawn by seed. `key` names the draw: the same in every variant of a
 * scenario.
 */
export function shareOf(
  nodes: readonly Node[],
  share: number,
  { streams, key }: { readonly streams: RandomStreams; readonly key: string },
): readonly Node[] {
  const count = Math.ceil(nodes.length * share - 1e-9);
  return nodes
    .map((node, i) => ({ node, i, draw: streams.draw(`timeline/share/${key}`, i) }))
    .sort((a, b) => a.draw - b.draw)
    .slice(0, count)
    .sort((a, b) => a.i - b.i)
    .map(({ node }) => node);
}

/** `Node/a`, or how many of them of what. */
export function choiceText({ node, pool, zone }: NodeChoice): string {
  if (node !== null) return `Node/${node}`;
  return zone === null ? `NodePool/${pool ?? ""}` : `Zone/${zone}`;
}
