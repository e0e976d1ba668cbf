import type { CountedSum } from "../framework/counting-rule.js";
import type { HostMark, HostMarks } from "./host-marks.js";
import { type KeyKind, NO_DOMAIN, type TopologyKey } from "./topology-keys.js";

const HOSTS: TopologyKey = { kind: "host", values: [], domainOf: new Int32Array(0) };

/** A sum by domain of one topology key; among the marks of the nodes where each is a domain. */
export class DomainSum {
  /** Domains with another sum than 0. */
  nonZero = 0;
  /** Domains with a node that is included; ranked sums only. */
  domains = 0;
  private of: TopologyKey = HOSTS;
  /** By the number of the domain, the last one for nodes without the label. */
  private readonly sums: number[] = [];
  private readonly isKnown: boolean[] = [];
  /** Number of the domain of nodes without the label; {@link NO_DOMAIN}: they are not counted. */
  private unlabelled = NO_DOMAIN;

  constructor(
    readonly spec: CountedSum,
    private readonly hosts: HostMarks,
    /** Its number among the counts of a mark. */
    private readonly index: number,
  ) {}

  get kind(): KeyKind {
    return this.of.kind;
  }

  /** False where the rule needs what is not kept. */
  get isTellable(): boolean {
    const { perNode, telling, unlabelled } = this.spec;
    if (this.kind === "shared" || perNode === true) return true;
    return this.kind === "host" && telling !== true && unlabelled === undefined;
  }

  /** Forgets all sums, and takes the key as it divides the nodes now; marks are cleared by their owner. */
  begin(of: TopologyKey): void {
    const { perNode, unlabelled } = this.spec;
    this.of = perNode === true ? HOSTS : of;
    this.nonZero = 0;
    this.domains = 0;
    this.sums.length = 0;
    this.isKnown.length = 0;
    if (unlabelled === undefined) return;
    const known = of.values.indexOf(unlabelled);
    this.unlabelled = known < 0 ? of.values.length : known;
  }

  /** Counts on the row's domain. */
  add(row: number, amount: number): void {
    if (amount === 0 || (this.of !== HOSTS && this.domainAt(row) === NO_DOMAIN)) return;
    let after: number;
    if (this.of.kind === "host") {
      after = this.hosts.add(row, this.index, amount);
    } else {
      const domain = this.domainAt(row);
      after = (this.sums[domain] ?? 0) + amount;
      this.sums[domain] = after;
    }
    if (after === amount) this.nonZero += 1;
    else if (after === 0) this.nonZero -= 1;
  }

  private domainAt(row: number): number {
    const { domainOf } = this.of;
    const domain = row < domainOf.length ? domainOf[row]! : NO_DOMAIN;
    return domain === NO_DOMAIN ? this.unlabelled : domain;
  }

  /** Makes the row's domain known, with nothing counted in it yet. */
  know(row: number): void {
    const domain = this.domainAt(row);
    if (domain === NO_DOMAIN || this.isKnown[domain] === true) return;
    this.isKnown[domain] = true;
    this.domains += 1;
  }

  /** The smallest sum of a known domain; `none` if there is no domain. */
  least(none: number): number {
    let least = none;
    if (this.of.kind === "host") {
      if (this.nonZero < this.domains) return 0;
      for (const { counts } of this.hosts.list) {
        const count = counts[this.index] ?? 0;
        if (count > 0 && count < least) least = count;
      }
      return least;
    }
    for (let domain = 0; domain < this.isKnown.length; domain += 1) {
      if (this.isKnown[domain] !== true) continue;
      const sum = this.sums[domain] ?? 0;
      if (sum < least) least = sum;
    }
    return least;
  }

  /** The sum of the domain of a row, of a node with these marks. */
  count(row: number, marks: HostMark["counts"] | null): number {
    if (this.nonZero === 0) return 0;
    if (this.of.kind === "host") return marks?.[this.index] ?? 0;
    const domain = this.domainAt(row);
    return domain === NO_DOMAIN ? 0 : (this.sums[domain] ?? 0);
  }
}
