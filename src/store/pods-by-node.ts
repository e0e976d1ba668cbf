import type { PodVersion } from "../api/pod-version.js";
import type { Informer, RowsOf } from "./informer.js";

/** The pods that are bound to each node, as a component's watch shows them; all who ask share one index. */
export class PodsByNode {
  private readonly rows: RowsOf;

  constructor(private readonly pods: Informer<"Pod">) {
    this.rows = pods.index("nodeName", ({ nodeName }) => nodeName);
  }

  /** Whether any pod is bound to the node. */
  has(nodeName: string): boolean {
    return this.rows.has(nodeName);
  }

  /** In the order in which they were bound. */
  on(nodeName: string): readonly PodVersion[] {
    return this.at(this.rows.of(nodeName));
  }

  /** Each node with the rows of its pods, in the order in which the first of them was bound. */
  entries(): IterableIterator<[string, ReadonlySet<number>]> {
    return this.rows.entries();
  }

  at(rows: Iterable<number>): readonly PodVersion[] {
    return Array.from(rows, (row) => this.pods.at(row)).filter((pod) => pod !== undefined);
  }
}
