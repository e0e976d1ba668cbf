/** Indexes from `first` to `last`, both among them. */
interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * A set of completion indexes as ordered intervals, in the compressed form of a Job's status: `1,3-5,7`.
 * Source: Kubernetes API reference, JobStatus.completedIndexes.
 */
export class IndexIntervals {
  static readonly none = new IndexIntervals([]);

  private constructor(readonly intervals: readonly Interval[]) {}

  static ofIndexes(indexes: Iterable<number>): IndexIntervals {
    const ordered = [...new Set(indexes)].sort((a, b) => a - b);
    return new IndexIntervals(merged(ordered.map((index) => ({ first: index, last: index }))));
  }

  /**
   * Reads a status. Indexes from `completions` on are left out, and so is what cannot be read: a user may
   * have written it.
   */
  static parse(text: string | undefined, completions: number): IndexIntervals {
    const found: Interval[] = [];
    for (const part of (text ?? "").split(",")) {
      const interval = parseInterval(part);
      if (interval === null) continue;
      if (interval.first >= completions) break;
      const last = Math.min(interval.last, completions - 1);
      const before = found.at(-1);
      if (before !== undefined && before.last === interval.first - 1) {
        found[found.length - 1] = { first: before.first, last };
      } else {
        found.push({ first: interval.first, last });
      }
    }
    return new IndexIntervals(found);
  }

  get size(): number {
    return this.intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  }

  get isEmpty(): boolean {
    return this.intervals.length === 0;
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.intervals.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.intervals[middle]!.last >= index) high = middle;
      else low = middle + 1;
    }
    return low < this.intervals.length && this.intervals[low]!.first <= index;
  }

  union(other: IndexIntervals): IndexIntervals {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    const sorted = [...this.intervals, ...other.intervals].sort((a, b) => a.first - b.first);
    return new IndexIntervals(merged(sorted));
  }

  with(indexes: Iterable<number>): IndexIntervals {
    return this.union(IndexIntervals.ofIndexes(indexes));
  }

  /** How many indexes both have. */
  overlap(other: IndexIntervals): number {
    let count = 0;
    let [i, j] = [0, 0];
    while (i < this.intervals.length && j < other.intervals.length) {
      const [a, b] = [this.intervals[i]!, other.intervals[j]!];
      count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
      if (a.last <= b.last) i += 1;
      if (b.last <= a.last) j += 1;
    }
    return count;
  }

  /** The first `count` indexes below `completions` that are not among these. */
  firstMissing(count: number, completions: number): readonly number[] {
    const missing: number[] = [];
    let candidate = 0;
    const takeUntil = (end: number): void => {
      for (; candidate < end && missing.length < count; candidate++) missing.push(candidate);
    };
    for (const { first, last } of this.intervals) {
      takeUntil(Math.min(first, completions));
      candidate = Math.max(candidate, last + 1);
    }
    takeUntil(completions);
    return missing;
  }

  toString(): string {
    return this.intervals.map(intervalText).join(",");
  }
}

/** Two neighbours are written one by one, as upstream does. */
function intervalText({ first, last }: Interval): string {
  if (first === last) return `${first}`;
  return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
}

function parseInterval(text: string): Interval | null {
  const [from = "", to] = text.split("-");
  const first = naturalOf(from);
  const last = to === undefined ? first : naturalOf(to);
  return first === null || last === null ? null : { first, last };
}

function naturalOf(text: string): number | null {
  return /^\+?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** `sorted` by their first index; those that touch become one. */
function merged(sorted: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const interval of sorted) {
    const before = result.at(-1);
    if (before === undefined || interval.first > before.last + 1) result.push(interval);
    else if (interval.last > before.last) {
      result[result.length - 1] = { first: before.first, last: interval.last };
    }
  }
  return result;
}
