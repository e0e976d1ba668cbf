import { withFormerLabels } from "../../api/former-labels.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { plainWith } from "../../base/plain-copy.js";
import type { Engine } from "../../kernel/engine.js";
import type { Client } from "../../store/client.js";
import type { WriteRequest } from "../../store/request.js";
import type { FreshView } from "../fresh-view.js";
import type { Timestamps } from "../timestamps.js";
import { WriteQueue } from "../write-queue.js";
import { conditionTaintChange, withoutTaints, withTaints } from "./condition-taints.js";

type Node = ObjectVersion<"Node">;

/** What those who write nodes share. */
export interface NodeWriterOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly nodes: FreshView<"Node">;
  readonly timestamps: Timestamps;
}

/** Upstream's number of workers. */
const WORKERS = 8;

/**
 * Keeps the NoSchedule taints of nodes in step with their conditions, and their former labels with
 * their labels, whenever a node changes. Source: upstream's `nodelifecycle` (doNoScheduleTaintingPass,
 * reconcileNodeLabels).
 */
export class NodeUpkeep {
  private readonly queue: WriteQueue;

  constructor(private readonly options: NodeWriterOptions) {
    const { engine, client, nodes } = options;
    this.queue = new WriteQueue({
      engine,
      client,
      name: "node-lifecycle/upkeep",
      workers: WORKERS,
      plan: (row) => this.next(row),
      wrote: (object) => {
        if (object.kind === "Node") nodes.wrote(object);
      },
      refused: (_row, { reason }) => reason === "Conflict",
      done: (row) => this.next(row).length === 0,
    });
  }

  /** Looks at a node that is new or has changed. */
  look(node: Node): void {
    if (this.changesOf(node).length > 0) this.queue.add(node.row);
  }

  private next(row: number): readonly WriteRequest[] {
    const node = this.options.nodes.at(row);
    return node === undefined ? [] : this.changesOf(node).slice(0, 1);
  }

  /** One request after the other, as upstream: taints that come, taints that go, labels. */
  private changesOf(node: Node): readonly WriteRequest[] {
    const { engine, timestamps } = this.options;
    const { add, remove } = conditionTaintChange(node);
    const labels = withFormerLabels(node.labels);
    const taints = node.spec.taints ?? [];
    const changes: WriteRequest[] = [];
    if (add.length > 0) {
      const more = withTaints(taints, add, timestamps.textOf(engine.now));
      changes.push({
        verb: "update",
        base: node,
        change: { spec: plainWith(node.spec, { taints: more }) },
      });
    }
    if (remove.length > 0) {
      const fewer = withoutTaints(taints, remove);
      changes.push({
        verb: "update",
        base: node,
        change: { spec: plainWith(node.spec, { taints: fewer }) },
      });
    }
    if (labels !== node.labels) changes.push({ verb: "update", base: node, change: { labels } });
    return changes;
  }
}
