import type { NodeInfo } from "../framework/node-info.js";

/**
 * How a topology key divides the nodes: into domains that many share, one node each (hostnames), or
 * into too many domains of several nodes.
 */
export type KeyKind = "shared" | "host" | "mixed";

/** A sum by domain of one topology key; by row where each node is a domain of its own. */
export class DomainTally {
  kind: KeyKind = "shared";
  readonly domains = new Map<string, number>();
  rows = new Int32Array(0);
  /** Domains (or rows) with another sum than 0. */
  nonZero = 0;

  constructor(
    readonly key: string,
    /** Domain of a node without the label; null: such nodes are not counted. */
    private readonly withoutLabel: string | null = null,
  ) {}

  clear(kind: KeyKind): void {
    this.kind = kind;
    this.domains.clear();
    this.rows.fill(0);
    this.nonZero = 0;
  }

  add(node: NodeInfo, amount: number): void {
    const domain = node.labels[this.key] ?? this.withoutLabel;
    if (domain === null) return;
    const before = this.kind === "host" ? this.atRow(node.row) : (this.domains.get(domain) ?? 0);
    const after = before + amount;
    if (this.kind === "host") this.setRow(node.row, after);
    else this.domains.set(domain, after);
    if (before === 0 && after !== 0) this.nonZero += 1;
    else if (before !== 0 && after === 0) this.nonZero -= 1;
  }

  /** Makes the node's domain known, with nothing counted in it yet. */
  know(node: NodeInfo): void {
    const domain = node.labels[this.key];
    if (domain !== undefined && !this.domains.has(domain)) this.domains.set(domain, 0);
  }

  atRow(row: number): number {
    return row < this.rows.length ? this.rows[row]! : 0;
  }

  private setRow(row: number, sum: number): void {
    if (row >= this.rows.length) {
      const rows = new Int32Array(Math.max(64, (row + 1) * 2));
      rows.set(this.rows);
      this.rows = rows;
    }
    this.rows[row] = sum;
  }

  /** The sum of the domain that `node` lies in, shared domains only. */
  ofDomain(node: NodeInfo): number {
    const domain = node.labels[this.key] ?? this.withoutLabel;
    return domain === null ? 0 : (this.domains.get(domain) ?? 0);
  }

  get bytes(): number {
    return this.rows.byteLength;
  }
}
