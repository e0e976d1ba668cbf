import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import type { NodeGroups } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import { markedToBeDeleted, unmarkedToBeDeleted } from "./deletion-taint.js";
import type { DeletionTracker } from "./deletion-tracker.js";
import { NodeRemoval, type RemovedNode } from "./node-removal.js";
import { type RemovalBatch, withinBudgets } from "./removal-budgets.js";
import type { ScaleDownDelays } from "./scale-down-delays.js";
import type { ScaleDownDoor } from "./scale-down-door.js";

export interface ActuatorOptions {
  readonly options: AutoscalerOptions;
  readonly groups: NodeGroups;
  readonly door: ScaleDownDoor;
  readonly running: DeletionTracker;
  readonly delays: ScaleDownDelays;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
}

/**
 * Has nodes removed: marks them, drains them and gives their machines back, many at a time. Of a group that is
 * either empty or full all go at once or, if one fails, none that has not gone yet.
 * Source: Cluster Autoscaler 1.36, core/scaledown/actuation.
 */
export class ScaleDownActuator {
  /** By number; null once over. */
  private readonly removals: (NodeRemoval | null)[] = [];
  /** Nodes that wait for the others of their group, by group. */
  private readonly queues = new Map<string, RemovedNode[]>();
  /** Groups of which a removal failed since removals were started last. */
  private readonly failedGroups = new Set<string>();

  constructor(private readonly given: ActuatorOptions) {}

  /** Begins to remove as many of these nodes as may go at once; the names of those. */
  start(empty: readonly NodeVersion[], drained: readonly NodeVersion[]): readonly string[] {
    const { groups, options, running } = this.given;
    this.failedGroups.clear();
    const batches = withinBudgets(empty, drained, { groups, options, running });
    return [
      ...batches.empty.flatMap((batch) => this.begin(batch, false)),
      ...batches.drained.flatMap((batch) => this.begin(batch, true)),
    ];
  }

  private begin({ group, nodes }: RemovalBatch, isDrained: boolean): readonly string[] {
    return nodes.map((node) => {
      this.mark(node, isDrained);
      this.given.running.start(node.name, { groupId: group.id, isDrained });
      const number = this.removals.length;
      const removed = { number, node, group, isDrained, batchSize: nodes.length };
      this.removals.push(
        new NodeRemoval(removed, this.given, {
          ready: (one) => this.ready(one),
          failed: (one, why) => this.failed(one, why),
        }),
      );
      return node.name;
    });
  }

  private mark(node: NodeVersion, isDrained: boolean): void {
    const { door, startTimeMs } = this.given;
    door.changeNode(node.name, (newest) => {
      const spec = markedToBeDeleted(newest, door.now(), startTimeMs);
      return { ...spec, unschedulable: true };
    });
    const marked = "marked the node as toBeDeleted/unschedulable";
    door.tell({ type: "Normal", reason: "ScaleDown", about: node, message: marked });
    const reason = isDrained ? "ScaleDown" : "ScaleDownEmpty";
    const message = isDrained
      ? `Scale-down: removing node ${node.name}`
      : `Scale-down: removing empty node "${node.name}"`;
    door.tell({ type: "Normal", reason, about: null, message });
  }

  /** To be called when the door's clock says so. */
  wake(number: number): void {
    this.removals[number]?.wake();
  }

  /** To be called with the answer to an eviction: true if the pod goes, or is gone. */
  evicted(number: number, uid: string, isGranted: boolean): void {
    this.removals[number]?.evicted(uid, isGranted);
  }

  private ready(removed: RemovedNode): void {
    const { group, batchSize } = removed;
    if (!group.options.zeroOrMaxNodeScaling) {
      this.delete([removed]);
      return;
    }
    const queue = [...(this.queues.get(group.id) ?? []), removed];
    this.queues.delete(group.id);
    if (this.failedGroups.has(group.id)) this.abandon(removed, OTHERS_FAILED);
    else if (queue.length < batchSize) this.queues.set(group.id, queue);
    else this.delete(queue);
  }

  private failed(removed: RemovedNode, why: string): void {
    const { id } = removed.group;
    this.failedGroups.add(id);
    this.abandon(removed, why);
    for (const other of this.queues.get(id) ?? []) this.abandon(other, OTHERS_FAILED);
    this.queues.delete(id);
  }

  private delete(nodes: readonly RemovedNode[]): void {
    const { door, delays } = this.given;
    const { group } = nodes[0]!;
    const refusal = group.deleteNodes(nodes.map(({ node }) => node.name));
    if (refusal !== null) {
      delays.failed(group.id, door.now());
      for (const removed of nodes) this.abandon(removed, refusal);
      return;
    }
    for (const removed of nodes) {
      const { node, isDrained } = removed;
      delays.shrank(group.id, door.now());
      const done = "nodes removed by cluster autoscaler";
      door.tell({ type: "Normal", reason: "ScaleDown", about: node, message: done });
      const reason = isDrained ? "ScaleDown" : "ScaleDownEmpty";
      const message = isDrained
        ? `Scale-down: node ${node.name} removed with drain`
        : `Scale-down: empty node ${node.name} removed`;
      door.tell({ type: "Normal", reason, about: null, message });
      this.end(removed);
    }
  }

  private abandon(removed: RemovedNode, why: string): void {
    const { door } = this.given;
    const { node, isDrained } = removed;
    const what = isDrained ? "failed to drain and delete node" : "failed to delete empty node";
    const message = `${what}: ${why}`;
    door.tell({ type: "Warning", reason: "ScaleDownFailed", about: node, message });
    door.changeNode(node.name, (newest) => {
      return { ...unmarkedToBeDeleted(newest), unschedulable: false };
    });
    this.end(removed);
  }

  private end({ number, node }: RemovedNode): void {
    this.given.running.end(node.name);
    this.removals[number] = null;
  }
}

const OTHERS_FAILED = "couldn't scale down other nodes in this node group";
