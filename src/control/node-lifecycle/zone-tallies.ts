import { zoneKey } from "../../api/zone-key.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { readyStatus } from "./ready-status.js";
import type { ZoneTally } from "./zone-state.js";

const EXCLUDED = "node.kubernetes.io/exclude-disruption";

interface Counted {
  readonly zone: string;
  readonly isReady: boolean;
}

/**
 * Counts the nodes of each zone as they were last looked at: what a look at all nodes would find,
 * without looking at those that have not changed.
 */
export class ZoneTallies {
  private readonly nodes = new Map<number, Counted | null>();
  private readonly tallies = new Map<string, { ready: number; notReady: number }>();

  /** By zone; one that has lost its nodes counts none. */
  get byZone(): ReadonlyMap<string, ZoneTally> {
    return this.tallies;
  }

  /** Whether the node was counted before. */
  knows(row: number): boolean {
    return this.nodes.has(row);
  }

  /** Whether the node counts as it is. */
  isCurrent(node: ObjectVersion<"Node">): boolean {
    const before = this.nodes.get(node.row);
    const now = countedAs(node);
    if (before === undefined) return false;
    return before?.zone === now?.zone && before?.isReady === now?.isReady;
  }

  count(node: ObjectVersion<"Node">): void {
    this.take(node.row, -1);
    this.nodes.set(node.row, countedAs(node));
    this.take(node.row, 1);
  }

  forget(row: number): void {
    this.take(row, -1);
    this.nodes.delete(row);
  }

  private take(row: number, by: 1 | -1): void {
    const counted = this.nodes.get(row);
    if (counted === undefined || counted === null) return;
    let tally = this.tallies.get(counted.zone);
    if (tally === undefined) {
      tally = { ready: 0, notReady: 0 };
      this.tallies.set(counted.zone, tally);
    }
    tally[counted.isReady ? "ready" : "notReady"] += by;
  }
}

/** Null of a node that says it is none of the disruption's concern. */
function countedAs(node: ObjectVersion<"Node">): Counted | null {
  if (node.labels[EXCLUDED] !== undefined) return null;
  return { zone: zoneKey(node.labels), isReady: readyStatus(node) === "True" };
}
