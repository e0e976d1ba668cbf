/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134_217_729;

/**
 * A sum held in two doubles, so that products of integers (bytes × microseconds) add up without a
 * rounding error up to 2^100; one double is full within a virtual day. Sums of fractions keep about
 * 30 digits. The same calls give the same bits everywhere: only + − × are used.
 *
 * Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971).
 */
export class ExactSum {
  private high = 0;
  private low = 0;

  /** Adds `a` × `b`. */
  addProduct(a: number, b: number): void {
    const product = a * b;
    if (product <= Number.MAX_SAFE_INTEGER && product >= Number.MIN_SAFE_INTEGER) {
      this.addParts(product, 0);
      return;
    }
    const wideA = SPLITTER * a;
    const highA = wideA - (wideA - a);
    const lowA = a - highA;
    const wideB = SPLITTER * b;
    const highB = wideB - (wideB - b);
    const lowB = b - highB;
    const error = lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
    this.addParts(product, error);
  }

  add(x: number): void {
    this.addParts(x, 0);
  }

  copyFrom(other: ExactSum): void {
    this.high = other.high;
    this.low = other.low;
  }

  /** Becomes `other` × `factor`. */
  copyMultiple(other: ExactSum, factor: number): void {
    this.high = 0;
    this.low = 0;
    this.addProduct(other.high, factor);
    this.addProduct(other.low, factor);
  }

  /** The double nearest to the sum. */
  value(): number {
    return this.high + this.low;
  }

  /** The double nearest to this sum less `other`; nothing cancels that should not. */
  minus(other: ExactSum): number {
    const difference = new ExactSum();
    difference.copyFrom(this);
    difference.addParts(-other.high, -other.low);
    return difference.value();
  }

  private addParts(high: number, low: number): void {
    const sum = this.high + high;
    const back = sum - this.high;
    const lost = this.high - (sum - back) + (high - back) + (this.low + low);
    this.high = sum + lost;
    this.low = lost - (this.high - sum);
  }
}
