import type { NodeInfo } from "../framework/node-info.js";
import type { HostMarks, MarkPart } from "./host-marks.js";

/**
 * How a topology key divides the nodes: into domains that many share, one node each (hostnames), or
 * into too many domains of several nodes.
 */
export type KeyKind = "shared" | "host" | "mixed";

/** Where the sums of a key stand whose domains are single nodes. */
export interface HostSums {
  readonly hosts: HostMarks;
  readonly part: MarkPart;
  /** Number of the constraint or key, for parts that have several sums. */
  readonly index: number;
}

const NO_DOMAINS: ReadonlyMap<string, number> = new Map();

/** A sum by domain of one topology key; among the marks of the nodes where each is a domain. */
export class DomainTally {
  kind: KeyKind = "shared";
  private known: Map<string, number> | null = null;
  /** Domains with another sum than 0. */
  nonZero = 0;
  /** Single nodes that are known as domains, whatever their sum. */
  knownHosts = 0;

  constructor(
    readonly key: string,
    private readonly sums: HostSums,
    /** Domain of a node without the label; null: such nodes are not counted. */
    private readonly withoutLabel: string | null = null,
  ) {}

  /** Sums of shared domains; made when the first is known, as many tallies never see one. */
  get domains(): ReadonlyMap<string, number> {
    return this.known ?? NO_DOMAINS;
  }

  /** Forgets all sums; the marks are cleared by their owner. */
  clear(kind: KeyKind): void {
    this.kind = kind;
    this.known?.clear();
    this.nonZero = 0;
    this.knownHosts = 0;
  }

  add(node: NodeInfo, amount: number): void {
    const domain = node.labels[this.key] ?? this.withoutLabel;
    if (domain === null) return;
    const after =
      this.kind === "host"
        ? this.sums.hosts.add(node.row, this.sums.part, this.sums.index, amount)
        : this.addToDomain(domain, amount);
    if (after === amount && amount !== 0) this.nonZero += 1;
    else if (after === 0 && amount !== 0) this.nonZero -= 1;
  }

  private addToDomain(domain: string, amount: number): number {
    const after = (this.domains.get(domain) ?? 0) + amount;
    this.setDomain(domain, after);
    return after;
  }

  /** Makes the node's domain known, with nothing counted in it yet. */
  know(node: NodeInfo): void {
    const domain = node.labels[this.key];
    if (domain === undefined) return;
    if (this.kind === "host") this.knownHosts += 1;
    else if (!this.domains.has(domain)) this.setDomain(domain, 0);
  }

  private setDomain(domain: string, sum: number): void {
    if (this.known === null) this.known = new Map([[domain, sum]]);
    else this.known.set(domain, sum);
  }

  /** The sum of the domain that `node` lies in, shared domains only. */
  ofDomain(node: NodeInfo): number {
    const { known } = this;
    if (known === null) return 0;
    const domain = node.labels[this.key] ?? this.withoutLabel;
    return domain === null ? 0 : (known.get(domain) ?? 0);
  }
}
