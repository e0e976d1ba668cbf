/** Which sum of a mark a pod counts in. */
export type MarkPart = "own" | "existing" | "weight" | "soft" | "hard" | "near";

/** What the pods on one node mean to a class of incoming pods, where each node is a domain. */
export interface HostMark {
  readonly row: number;
  /** Pods that the incoming one keeps away from. */
  own: number;
  /** Pods that keep the incoming one away. */
  existing: number;
  /** Preferences of and for pods. */
  weight: number;
  /** Pods by soft constraint; empty without constraints by hostname. */
  readonly soft: number[];
  /** Pods by hard constraint, likewise. */
  readonly hard: number[];
  /** Pods that the incoming one must be near, by topology key. */
  readonly near: number[];
  /** Position in the order of evaluation, kept by who sets the node aside. */
  position: number;
  /** Number of its group of nodes set aside, likewise; -1: not known since it changed. */
  group: number;
  /** Its place in {@link HostMarks.list}. */
  place: number;
}

/** Nobody may ask for long: beyond this it is cheaper to look at all marks. */
const MAX_CHANGED = 64;

/** How many sums of each kind by constraint a mark has. */
export interface MarkShape {
  readonly soft: number;
  readonly hard: number;
  readonly near: number;
}

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

  constructor(private readonly shape: MarkShape) {}

  get bytes(): number {
    return this.list.length * 160;
  }

  at(row: number): HostMark | undefined {
    return this.byRow?.get(row);
  }

  clear(): void {
    this.list.length = 0;
    this.byRow?.clear();
    this.forgetChanges();
  }

  /** Adds to the sum `part` of the row, number `index` of those by constraint; returns the sum. */
  add(row: number, part: MarkPart, index: number, amount: number): number {
    const mark = this.byRow?.get(row) ?? this.begin(row);
    if (mark.group >= 0) this.change(mark);
    let sum: number;
    if (part === "own" || part === "existing" || part === "weight") {
      sum = mark[part] + amount;
      mark[part] = sum;
    } else {
      sum = mark[part][index]! + amount;
      mark[part][index] = sum;
    }
    if (sum === 0 && isEmpty(mark)) this.end(mark);
    return sum;
  }

  private begin(row: number): HostMark {
    const { soft, hard, near } = this.shape;
    const mark: HostMark = {
      row,
      own: 0,
      existing: 0,
      weight: 0,
      soft: zeros(soft),
      hard: zeros(hard),
      near: zeros(near),
      position: -1,
      group: -1,
      place: this.list.length,
    };
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

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

function isEmpty({ own, existing, weight, soft, hard, near }: HostMark): boolean {
  return (
    own === 0 && existing === 0 && weight === 0 && areZero(soft) && areZero(hard) && areZero(near)
  );
}

function areZero(counts: readonly number[]): boolean {
  for (let i = 0; i < counts.length; i += 1) if (counts[i] !== 0) return false;
  return true;
}
