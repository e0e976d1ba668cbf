import type { KeyKind } from "./domain-tally.js";
import type { NodeTable } from "./node-table.js";

/** Remembers how each topology key divides the nodes, until labels change. */
export class KeyKinds {
  private readonly kinds = new Map<string, KeyKind>();
  private topologyVersion = -1;

  constructor(
    private readonly table: NodeTable,
    /** A key with more values than this is not shared. */
    private readonly maxSharedDomains: number,
  ) {}

  of(key: string): KeyKind {
    if (this.topologyVersion !== this.table.topologyVersion) {
      this.topologyVersion = this.table.topologyVersion;
      this.kinds.clear();
    }
    let kind = this.kinds.get(key);
    if (kind === undefined) {
      kind = this.find(key);
      this.kinds.set(key, kind);
    }
    return kind;
  }

  private find(key: string): KeyKind {
    const values = new Set<string>();
    let labelled = 0;
    for (const { labels } of this.table.nodes) {
      const value = labels[key];
      if (value === undefined) continue;
      values.add(value);
      labelled += 1;
    }
    if (values.size <= this.maxSharedDomains) return "shared";
    return values.size === labelled ? "host" : "mixed";
  }
}
