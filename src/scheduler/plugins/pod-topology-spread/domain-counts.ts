/** Upstream's stand-in for "no domain". */
const NO_DOMAIN = 2 ** 31 - 1;

/**
 * Matching pods by domain of one topology key, and the smallest of these numbers. The two smallest
 * domains are kept at hand, as upstream's critical paths: that is enough while only one domain
 * changes, which holds for what-ifs on one node.
 */
export class DomainCounts {
  private readonly base: Map<string, number>;
  private readonly changes: Map<string, number>;
  private shared: boolean;
  private least: string | null = null;
  private leastCount = NO_DOMAIN;
  private second: string | null = null;
  private secondCount = NO_DOMAIN;

  private constructor(base: Map<string, number>, changes: Map<string, number>, shared: boolean) {
    this.base = base;
    this.changes = changes;
    this.shared = shared;
  }

  static empty(): DomainCounts {
    return new DomainCounts(new Map(), new Map(), false);
  }

  /** Eligible domains. */
  get size(): number {
    let size = this.base.size;
    for (const domain of this.changes.keys()) if (!this.base.has(domain)) size += 1;
    return size;
  }

  get(domain: string): number {
    return this.changes.get(domain) ?? this.base.get(domain) ?? 0;
  }

  /** The smallest count over the eligible domains. */
  get min(): number {
    return this.leastCount;
  }

  /** Adds before the smallest is asked for; {@link seal} must follow. */
  count(domain: string, pods: number): void {
    this.base.set(domain, (this.base.get(domain) ?? 0) + pods);
  }

  /** Finds the two smallest domains, after the last `count`. */
  seal(): void {
    for (const [domain, count] of this.base) this.rank(domain, count);
  }

  /** Changes one domain of a sealed count. */
  update(domain: string, by: number): void {
    const count = this.get(domain) + by;
    (this.shared ? this.changes : this.base).set(domain, count);
    this.rank(domain, count);
  }

  private rank(domain: string, count: number): void {
    if (domain === this.least) this.leastCount = count;
    else if (domain === this.second) this.secondCount = count;
    else if (count < this.leastCount) {
      this.second = this.least;
      this.secondCount = this.leastCount;
      this.least = domain;
      this.leastCount = count;
      return;
    } else if (count < this.secondCount) {
      this.second = domain;
      this.secondCount = count;
      return;
    } else return;
    if (this.leastCount <= this.secondCount) return;
    [this.least, this.second] = [this.second, this.least];
    [this.leastCount, this.secondCount] = [this.secondCount, this.leastCount];
  }

  clone(): DomainCounts {
    this.shared = true;
    const copy = new DomainCounts(this.base, new Map(this.changes), true);
    copy.least = this.least;
    copy.leastCount = this.leastCount;
    copy.second = this.second;
    copy.secondCount = this.secondCount;
    return copy;
  }
}
