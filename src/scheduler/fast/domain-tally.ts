import type { HostMarks, MarkPart } from "./host-marks.js";
import { type KeyKind, NO_DOMAIN, type TopologyKey } from "./topology-keys.js";

/** Where the sums of a key stand whose domains are single nodes. */
export interface HostSums {
  readonly hosts: HostMarks;
  readonly part: MarkPart;
  /** Number of the constraint or key, for parts that have several sums. */
  readonly index: number;
}

const HOSTS: TopologyKey = { kind: "host", values: [], domainOf: new Int32Array(0) };

/** A sum by domain of one topology key; among the marks of the nodes where each is a domain. */
export class DomainTally {
  /** Domains with another sum than 0. */
  nonZero = 0;
  /** Domains that are known, whatever their sum. */
  known = 0;
  private of: TopologyKey = HOSTS;
  /** By the number of the domain, the last one for nodes without the label. */
  private readonly sums: number[] = [];
  private readonly isKnown: boolean[] = [];
  /** Number of the domain of nodes without the label; {@link NO_DOMAIN}: they are not counted. */
  private unlabelled = NO_DOMAIN;

  constructor(
    readonly key: string,
    private readonly hostSums: HostSums,
    /** Value that nodes without the label count under; null: such nodes are not counted. */
    private readonly withoutLabel: string | null = null,
  ) {}

  get kind(): KeyKind {
    return this.of.kind;
  }

  /** Forgets all sums, and takes the key as it divides the nodes now; marks are cleared by their owner. */
  begin(of: TopologyKey): void {
    this.of = of;
    this.nonZero = 0;
    this.known = 0;
    this.sums.length = 0;
    this.isKnown.length = 0;
    const { withoutLabel } = this;
    if (withoutLabel === null) return;
    const known = of.values.indexOf(withoutLabel);
    this.unlabelled = known < 0 ? of.values.length : known;
  }

  /** Each node is a domain, whatever its label says. */
  beginByHost(): void {
    this.begin(HOSTS);
  }

  /** Counts on the row's domain. */
  add(row: number, amount: number): void {
    let after: number;
    if (this.of.kind === "host") {
      if (this.of !== HOSTS && this.domainAt(row) === NO_DOMAIN) return;
      const { hosts, part, index } = this.hostSums;
      after = hosts.add(row, part, index, amount);
    } else {
      const domain = this.domainAt(row);
      if (domain === NO_DOMAIN) return;
      after = (this.sums[domain] ?? 0) + amount;
      this.sums[domain] = after;
    }
    if (after === amount && amount !== 0) this.nonZero += 1;
    else if (after === 0 && amount !== 0) this.nonZero -= 1;
  }

  private domainAt(row: number): number {
    const { domainOf } = this.of;
    const domain = row < domainOf.length ? domainOf[row]! : NO_DOMAIN;
    return domain === NO_DOMAIN ? this.unlabelled : domain;
  }

  /** Makes the row's domain known, with nothing counted in it yet. */
  know(row: number): void {
    if (this.of.kind === "host") {
      this.known += 1;
      return;
    }
    const domain = this.domainAt(row);
    if (domain === NO_DOMAIN || this.isKnown[domain] === true) return;
    this.isKnown[domain] = true;
    this.known += 1;
  }

  /** The smallest sum of a known shared domain, not above `most`. */
  least(most: number): number {
    let least = most;
    for (let domain = 0; domain < this.isKnown.length; domain += 1) {
      if (this.isKnown[domain] !== true) continue;
      const sum = this.sums[domain] ?? 0;
      if (sum < least) least = sum;
    }
    return least;
  }

  /** The sum of the domain that the row lies in, shared domains only. */
  ofDomain(row: number): number {
    if (this.nonZero === 0) return 0;
    const domain = this.domainAt(row);
    return domain === NO_DOMAIN ? 0 : (this.sums[domain] ?? 0);
  }
}
