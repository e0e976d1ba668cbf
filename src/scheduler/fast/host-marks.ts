/** What the pods on one node mean to a class of incoming pods, where each node is a domain. */
export interface HostMark {
  readonly row: number;
  /** By the number of the sum; 0 where there are fewer. */
  readonly counts: number[];
  /** Position in the order of evaluation, kept by who sets the node aside. */
  position: number;
  /** Number of its group of nodes set aside, likewise; -1: not known since it changed. */
  group: number;
  /** Its place in {@link HostMarks.list}. */
  place: number;
}

/** Nobody may ask for long: beyond this it is cheaper to look at all marks. */
const MAX_CHANGED = 64;
/** Rough size of a mark. */
const MARK_BYTES = 120;

/**
 * The nodes that have pods which mean something to a class, node by node: only these are kept, so that
 * memory follows the pods and not the nodes.
 */
export class HostMarks {
  /** In no order. */
  readonly list: HostMark[] = [];
  /** Marks that changed, for who numbers their groups; some of them may be gone. */
  readonly changed: HostMark[] = [];
  /** Grows whenever {@link changed} does not tell everything. */
  version = 0;
  /** Made with the first mark: many a class never has one. */
  private byRow: Map<number, HostMark> | null = null;

  get bytes(): number {
    return this.list.length * MARK_BYTES;
  }

  at(row: number): HostMark | undefined {
    return this.byRow?.get(row);
  }

  clear(): void {
    this.list.length = 0;
    this.byRow?.clear();
    this.forgetChanges();
  }

  /** Adds to a sum of the row; returns the sum. */
  add(row: number, sum: number, amount: number): number {
    const mark = this.byRow?.get(row) ?? this.begin(row);
    if (mark.group >= 0) this.change(mark);
    const { counts } = mark;
    while (counts.length <= sum) counts.push(0);
    const after = counts[sum]! + amount;
    counts[sum] = after;
    if (after === 0 && areZero(counts)) this.end(mark);
    return after;
  }

  private begin(row: number): HostMark {
    const mark = { row, counts: [], position: -1, group: -1, place: this.list.length };
    this.list.push(mark);
    this.change(mark);
    this.byRow ??= new Map();
    this.byRow.set(row, mark);
    return mark;
  }

  private change(mark: HostMark): void {
    mark.group = -1;
    this.changed.push(mark);
    if (this.changed.length > MAX_CHANGED + 2 * this.list.length) this.forgetChanges();
  }

  /** Whoever numbers the groups has to look at all marks again. */
  forgetChanges(): void {
    this.changed.length = 0;
    this.version += 1;
  }

  private end(mark: HostMark): void {
    const last = this.list.pop()!;
    if (last !== mark) {
      this.list[mark.place] = last;
      last.place = mark.place;
    }
    this.byRow?.delete(mark.row);
  }
}

function areZero(counts: readonly number[]): boolean {
  for (let i = 0; i < counts.length; i += 1) if (counts[i] !== 0) return false;
  return true;
}
