type Numbers = Float64Array | Int32Array | Uint8Array;

/** A column of numbers that grows by doubling. Reads and writes beyond its length are not checked. */
export class TypedColumn<A extends Numbers> {
  /** Valid below {@link length}; replaced when the column grows, so do not keep it. */
  array: A;
  length = 0;

  constructor(private readonly make: (length: number) => A) {
    this.array = make(64);
  }

  push(value: number): void {
    if (this.length === this.array.length) this.grow();
    this.array[this.length] = value;
    this.length += 1;
  }

  get(row: number): number {
    return this.array[row]!;
  }

  set(row: number, value: number): void {
    this.array[row] = value;
  }

  private grow(): void {
    const larger = this.make(this.array.length * 2);
    larger.set(this.array);
    this.array = larger;
  }
}

export const float64Column = (): TypedColumn<Float64Array> =>
  new TypedColumn((length) => new Float64Array(length));
export const int32Column = (): TypedColumn<Int32Array> =>
  new TypedColumn((length) => new Int32Array(length));
export const uint8Column = (): TypedColumn<Uint8Array> =>
  new TypedColumn((length) => new Uint8Array(length));
