/** The best of some positions, group by group; columns by group. */
export class GroupBest {
  /** Highest value; 0 for a group without a position that fits. */
  max = new Int32Array(0);
  /** Positions with that value. */
  ties = new Int32Array(0);
  /** The one of them whose node came first. */
  first = new Int32Array(0);
  /** Positions that fit. */
  fits = new Int32Array(0);

  clear(groups: number): void {
    if (this.max.length < groups) {
      this.max = new Int32Array(groups);
      this.ties = new Int32Array(groups);
      this.first = new Int32Array(groups);
      this.fits = new Int32Array(groups);
      return;
    }
    this.max.fill(0, 0, groups);
    this.ties.fill(0, 0, groups);
    this.fits.fill(0, 0, groups);
  }
}
