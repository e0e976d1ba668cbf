import type { NodeInfo } from "../framework/node-info.js";

/**
 * How a topology key divides the nodes: into domains that many share, one node each (hostnames), or
 * into too many domains of several nodes.
 */
export type KeyKind = "shared" | "host" | "mixed";

const NO_ROWS = new Int32Array(0);
const NO_DOMAINS: ReadonlyMap<string, number> = new Map();

/** A sum by domain of one topology key; by row where each node is a domain of its own. */
export class DomainTally {
  kind: KeyKind = "shared";
  private known: Map<string, number> | null = null;
  private rows = NO_ROWS;
  /** Domains (or rows) with another sum than 0. */
  nonZero = 0;

  constructor(
    readonly key: string,
    /** Domain of a node without the label; null: such nodes are not counted. */
    private readonly withoutLabel: string | null = null,
  ) {}

  /** Sums of shared domains; made when the first is known, as many tallies never see one. */
  get domains(): ReadonlyMap<string, number> {
    return this.known ?? NO_DOMAINS;
  }

  clear(kind: KeyKind): void {
    this.kind = kind;
    this.known?.clear();
    this.rows.fill(0);
    this.nonZero = 0;
  }

  add(node: NodeInfo, amount: number): void {
    const domain = node.labels[this.key] ?? this.withoutLabel;
    if (domain === null) return;
    const before = this.kind === "host" ? this.atRow(node.row) : (this.domains.get(domain) ?? 0);
    const after = before + amount;
    if (this.kind === "host") this.setRow(node.row, after);
    else this.setDomain(domain, after);
    if (before === 0 && after !== 0) this.nonZero += 1;
    else if (before !== 0 && after === 0) this.nonZero -= 1;
  }

  /** Makes the node's domain known, with nothing counted in it yet. */
  know(node: NodeInfo): void {
    const domain = node.labels[this.key];
    if (domain !== undefined && !this.domains.has(domain)) this.setDomain(domain, 0);
  }

  private setDomain(domain: string, sum: number): void {
    if (this.known === null) this.known = new Map([[domain, sum]]);
    else this.known.set(domain, sum);
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
