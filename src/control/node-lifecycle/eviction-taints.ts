import type { Taint } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { plainWith } from "../../base/plain-copy.js";
import type { WriteRequest } from "../../store/request.js";
import { WriteQueue } from "../write-queue.js";
import { hasTaint, NOT_READY, UNREACHABLE, withoutTaints, withTaints } from "./condition-taints.js";
import type { NodeWriterOptions } from "./node-upkeep.js";

/** The NoExecute taint that a node is to have of the two that exclude each other; null: neither. */
export type EvictionTaint = typeof NOT_READY | typeof UNREACHABLE | null;

export interface EvictionTaintsOptions extends NodeWriterOptions {
  /** Told when what was asked for a node is written. */
  readonly written: (node: ObjectVersion<"Node">) => void;
}

/**
 * Writes the NoExecute taints `not-ready` and `unreachable`: the one that is asked for comes first,
 * then the other goes. Source: upstream's `nodelifecycle` (SwapNodeControllerTaint).
 */
export class EvictionTaints {
  private readonly asked = new Map<number, EvictionTaint>();
  private readonly queue: WriteQueue;

  constructor(private readonly options: EvictionTaintsOptions) {
    const { engine, client, nodes, written } = options;
    this.queue = new WriteQueue({
      engine,
      client,
      name: "node-lifecycle/eviction-taints",
      plan: (row) => this.next(row),
      wrote: (object) => {
        if (object.kind === "Node") nodes.wrote(object);
      },
      refused: (_row, { reason }) => reason === "Conflict",
      done: (row) => {
        if (this.next(row).length > 0) return false;
        const node = nodes.at(row);
        if (this.asked.delete(row) && node !== undefined) written(node);
        return true;
      },
    });
  }

  /** Has the node bear that taint and no other of the two. */
  set(node: ObjectVersion<"Node">, taint: EvictionTaint): void {
    this.asked.set(node.row, taint);
    this.queue.add(node.row);
  }

  /** Whether a change of the node's taints is under way. */
  isChanging(row: number): boolean {
    return this.asked.has(row);
  }

  forget(row: number): void {
    this.asked.delete(row);
  }

  private next(row: number): readonly WriteRequest[] {
    const node = this.options.nodes.at(row);
    const wanted = this.asked.get(row);
    if (node === undefined || wanted === undefined) return [];
    const taints = node.spec.taints ?? [];
    const write = (changed: readonly Taint[]): readonly WriteRequest[] => [
      { verb: "update", base: node, change: { spec: plainWith(node.spec, { taints: changed }) } },
    ];
    if (wanted !== null && !hasTaint(node, wanted, "NoExecute")) {
      const { engine, timestamps } = this.options;
      const taint: Taint = { key: wanted, effect: "NoExecute" };
      return write(withTaints(taints, [taint], timestamps.textOf(engine.now)));
    }
    for (const key of [UNREACHABLE, NOT_READY]) {
      if (key !== wanted && hasTaint(node, key, "NoExecute")) {
        return write(withoutTaints(taints, [{ key, effect: "NoExecute" }]));
      }
    }
    return [];
  }
}
