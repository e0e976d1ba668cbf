/** Refuses what is empty, or holds a number that is not finite. */
export function checkFinite(values: readonly number[], least = 1): void {
  if (values.length < least) {
    throw new RangeError(`${least} values or more are needed, not ${values.length}`);
  }
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new RangeError(`finite numbers are needed, not ${wrong}`);
}

/** The arithmetic mean, with one correction for what rounding lost. */
export function meanOf(values: readonly number[]): number {
  const rough = sumOf(values) / values.length;
  return rough + sumOf(values.map((value) => value - rough)) / values.length;
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Sum of squared deviations from the mean, in two passes, so that large values with a small spread keep it. */
export function squaredDeviations(values: readonly number[], mean = meanOf(values)): number {
  return sumOf(values.map((value) => (value - mean) * (value - mean)));
}

/** The sample variance: squared deviations over n - 1. */
export function sampleVariance(values: readonly number[]): number {
  return squaredDeviations(values) / (values.length - 1);
}

export function square(x: number): number {
  return x * x;
}

/** A rising copy. */
export function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}
