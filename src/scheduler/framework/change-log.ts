/**
 * The rows of nodes that changed, newest last, in a ring. A reader keeps a cursor (a sequence
 * number, from 0) and asks what changed since; one that fell behind the ring has to rebuild.
 */
export class ChangeLog {
  private readonly rows: Int32Array;
  private readonly mask: number;
  private sequence = 0;

  /** `capacityLog2`: the ring keeps 2^capacityLog2 changes. */
  constructor(capacityLog2 = 14) {
    this.rows = new Int32Array(2 ** capacityLog2);
    this.mask = this.rows.length - 1;
  }

  /** Changes logged so far: the cursor of a reader that has seen everything. */
  get end(): number {
    return this.sequence;
  }

  /** `ofNode`: the node itself changed, not only the pods on it. */
  append(row: number, ofNode: boolean): void {
    this.rows[this.sequence & this.mask] = row * 2 + (ofNode ? 1 : 0);
    this.sequence += 1;
  }

  /** True if everything since `cursor` is still in the ring. */
  reaches(cursor: number): boolean {
    return this.sequence - cursor <= this.rows.length;
  }

  /** The row of change number `at`, which must lie in the ring. */
  rowAt(at: number): number {
    return this.rows[at & this.mask]! >> 1;
  }

  /** Whether change number `at` was one of the node itself. */
  isOfNode(at: number): boolean {
    return (this.rows[at & this.mask]! & 1) === 1;
  }
}
