import { grownIntegers } from "../loop/free-rows.js";

/** Whole numbers in ascending order, side by side: they come and go one by one, and are walked often. */
export class SortedNumbers {
  /** The first {@link length} of them; replaced when it grows. */
  all = new Int32Array(64);
  length = 0;

  /** One that is not there. */
  add(number: number): void {
    if (this.length === this.all.length) this.all = grownIntegers(this.all, this.length * 2);
    const place = this.placeOf(number);
    this.all.copyWithin(place + 1, place, this.length);
    this.all[place] = number;
    this.length += 1;
  }

  /** One that is there. */
  remove(number: number): void {
    const place = this.placeOf(number);
    this.all.copyWithin(place, place + 1, this.length);
    this.length -= 1;
  }

  /** How many are below. */
  private placeOf(number: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.all[middle]! < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
