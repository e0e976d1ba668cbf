import { labelOf } from "../../api/label-of.js";
import type { NodeTable } from "./node-table.js";

/**
 * How a topology key divides the nodes: into domains that many share, one node each (hostnames), or
 * into too many domains of several nodes.
 */
export type KeyKind = "shared" | "host" | "mixed";

/** Stands for a node without the label. */
export const NO_DOMAIN = -1;

/** A topology key over the nodes as they are; of no use once labels or nodes have changed. */
export interface TopologyKey {
  readonly kind: KeyKind;
  /** Values of shared keys, in the order of their numbers. */
  readonly values: readonly string[];
  /** Number of the domain by row, {@link NO_DOMAIN} without the label. */
  readonly domainOf: Int32Array;
}

interface KnownKey extends TopologyKey {
  domainOf: Int32Array;
}

const NO_ROWS = new Int32Array(0);

const NO_VALUES: readonly string[] = Object.freeze([]);

/** Remembers how each topology key divides the nodes, until labels change. */
export class TopologyKeys {
  private readonly keys = new Map<string, KnownKey>();
  private topologyVersion = -1;

  constructor(
    private readonly table: NodeTable,
    /** A key with more values than this is not shared. */
    private readonly maxSharedDomains: number,
  ) {}

  of(key: string): TopologyKey {
    if (this.topologyVersion !== this.table.topologyVersion) {
      this.topologyVersion = this.table.topologyVersion;
      // Classes that nobody asks for keep theirs: it must not keep memory by row.
      for (const known of this.keys.values()) known.domainOf = NO_ROWS;
      this.keys.clear();
    }
    let known = this.keys.get(key);
    if (known === undefined) {
      known = this.find(key);
      this.keys.set(key, known);
    }
    return known;
  }

  private find(key: string): KnownKey {
    const { table } = this;
    const numbers = new Map<string, number>();
    const domainOf = new Int32Array(table.rows).fill(NO_DOMAIN);
    let labelled = 0;
    for (const { row, labels } of table.nodes) {
      const value = labelOf(labels, key);
      if (value === undefined) continue;
      let number = numbers.get(value);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(value, number);
      }
      domainOf[row] = number;
      labelled += 1;
    }
    const values = [...numbers.keys()];
    if (values.length <= this.maxSharedDomains) return { kind: "shared", values, domainOf };
    const kind = values.length === labelled ? "host" : "mixed";
    return { kind, values: NO_VALUES, domainOf };
  }
}
