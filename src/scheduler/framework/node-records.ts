/** Numbers that each row has in {@link NodeRecords.numbers}, from its row times this on. */
export const NUMBERS_PER_ROW = 8;

/** Slot of the last of its pods; -1 without pods. */
export const LAST_POD = 0;
export const POD_COUNT = 1;
/** Differs after every change of its pods. */
export const POD_VERSION = 2;
/** Pods with any affinity or anti-affinity to pods, and those with required anti-affinity. */
export const AFFINITY_PODS = 3;
export const ANTI_AFFINITY_PODS = 4;
/** Position in the order of evaluation; -1 for a row without a node. */
export const POSITION = 5;
/** Sequence number of the newest change of the row, the lowest 32 bits of it. */
export const CHANGED_AT = 6;
/** 1 for a row with a node, 0 for one with nothing or with pods alone that name it. */
export const HAS_NODE = 7;

/**
 * What is known of each row besides amounts, the numbers of one row side by side: whoever places a pod
 * or learns of a change touches one line of memory for all of them.
 */
export class NodeRecords {
  numbers = new Int32Array(64 * NUMBERS_PER_ROW);

  /** Makes room for the row, and begins it. */
  begin(row: number): void {
    const at = row * NUMBERS_PER_ROW;
    if (at >= this.numbers.length) {
      const numbers = new Int32Array(at * 2);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    this.numbers.fill(0, at, at + NUMBERS_PER_ROW);
    this.numbers[at + LAST_POD] = -1;
    this.numbers[at + POSITION] = -1;
  }

  positionOf(row: number): number {
    return this.numbers[row * NUMBERS_PER_ROW + POSITION]!;
  }
}
