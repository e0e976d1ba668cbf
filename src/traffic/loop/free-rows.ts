/**
 * Rows that are taken and given back, with the generation of each: a row and its generation mean one
 * thing for ever. Whoever holds columns by row asks `capacity` after each `take`.
 */
export class FreeRows {
  capacity = 256;
  /** Goes up when a row is given back. */
  generations = new Int32Array(this.capacity);
  private free = new Int32Array(this.capacity);
  private freeCount = 0;
  private used = 0;

  /** How many rows are taken. */
  get taken(): number {
    return this.used - this.freeCount;
  }

  /** Rows that were ever taken are below this. */
  get end(): number {
    return this.used;
  }

  take(): number {
    if (this.freeCount > 0) {
      this.freeCount -= 1;
      return this.free[this.freeCount]!;
    }
    if (this.used === this.capacity) this.grow();
    this.used += 1;
    return this.used - 1;
  }

  release(row: number): void {
    this.generations[row]! += 1;
    this.free[this.freeCount] = row;
    this.freeCount += 1;
  }

  private grow(): void {
    this.capacity *= 2;
    this.generations = grownIntegers(this.generations, this.capacity);
    this.free = grownIntegers(this.free, this.capacity);
  }
}

export function grownIntegers(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(column);
  return larger;
}

export function grownDoubles(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(column);
  return larger;
}
