/** The best of some positions, group by group; columns by group. */
export class GroupBest {
  /** Highest value; 0 for a group without a position that fits. */
  max = new Int32Array(0);
  /** Positions with that value. */
  ties = new Int32Array(0);
  /** Positions that fit. */
  fits = new Int32Array(0);

  /** Makes room for so many groups. */
  reserve(groups: number): void {
    if (this.max.length >= groups) return;
    this.max = new Int32Array(groups * 2);
    this.ties = new Int32Array(groups * 2);
    this.fits = new Int32Array(groups * 2);
  }

  /** Forgets the groups from `from` to below `to`. */
  clear(from: number, to: number): void {
    for (let group = from; group < to; group += 1) {
      this.max[group] = 0;
      this.ties[group] = 0;
      this.fits[group] = 0;
    }
  }
}
