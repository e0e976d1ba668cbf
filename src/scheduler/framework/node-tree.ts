import { assert } from "../../base/assert.js";

interface Named {
  readonly name: string;
}

/**
 * The order in which the scheduler goes through the nodes: one of each zone in turn, zones in the
 * order of their first node, nodes of a zone in the order in which they came. Source: kube-scheduler's
 * cache, `node_tree.go`.
 */
export class NodeTree<N extends Named> {
  private readonly zones = new Map<string, N[]>();
  /** Names of the nodes by zone. */
  private readonly names = new Map<string, Set<string>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(zone: string, node: N): void {
    const nodes = this.zones.get(zone);
    const names = this.names.get(zone);
    if (nodes === undefined || names === undefined) {
      this.zones.set(zone, [node]);
      this.names.set(zone, new Set([node.name]));
    } else if (names.has(node.name)) {
      return;
    } else {
      nodes.push(node);
      names.add(node.name);
    }
    this.count += 1;
  }

  /** False if the zone has no such node. A zone that lost its last node loses its place too. */
  remove(zone: string, name: string): boolean {
    const nodes = this.zones.get(zone);
    const names = this.names.get(zone);
    if (nodes === undefined || names === undefined || !names.delete(name)) return false;
    nodes.splice(
      nodes.findIndex((known) => known.name === name),
      1,
    );
    if (nodes.length === 0) {
      this.zones.delete(zone);
      this.names.delete(zone);
    }
    this.count -= 1;
    return true;
  }

  /** Moves a node whose labels changed; in the same zone it keeps its place. */
  move(from: string, to: string, node: N): void {
    if (from === to) return;
    this.remove(from, node.name);
    this.add(to, node);
  }

  /** Every node, round-robin over the zones. */
  list(): N[] {
    const zones = [...this.zones.values()];
    const order: N[] = [];
    for (let turn = 0; order.length < this.count; turn += 1) {
      for (const nodes of zones) {
        const node = nodes[turn];
        if (node !== undefined) order.push(node);
      }
      assert(turn <= this.count, "every turn takes at least one node");
    }
    return order;
  }
}
