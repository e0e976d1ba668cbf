import { expect, test } from "vitest";
import { RandomStreams } from "../../src/kernel/random-streams.js";

/** The Kolmogorov-Smirnov distance between samples and the uniform distribution, times sqrt(n). */
function uniformDistance(samples: readonly number[]): number {
  const sorted = Float64Array.from(samples).sort();
  let distance = 0;
  for (const [i, sample] of sorted.entries()) {
    distance = Math.max(distance, (i + 1) / sorted.length - sample, sample - i / sorted.length);
  }
  return distance * Math.sqrt(sorted.length);
}

/** Exceeded once in 10,000 samples of a uniform: sqrt(ln(2 / 0.0001) / 2). */
const RARE_DISTANCE = 2.225;
const COUNT = 20_000;
const range = Array.from({ length: COUNT }, (_, i) => i);

test("streams are uniform, and so are the draws of a name and the first draws of many names", () => {
  const streams = new RandomStreams(3);
  const stream = streams.stream("s");
  expect(uniformDistance(range.map(() => stream.next()))).toBeLessThan(RARE_DISTANCE);
  expect(uniformDistance(range.map((i) => streams.draw("d", i)))).toBeLessThan(RARE_DISTANCE);
  expect(uniformDistance(range.map((i) => streams.draw(`pod-${i}`, 0)))).toBeLessThan(
    RARE_DISTANCE,
  );
  const seeds = range.slice(0, 5000).map((seed) => new RandomStreams(seed).draw("d", 0));
  expect(uniformDistance(seeds)).toBeLessThan(RARE_DISTANCE);
});

test("neighbouring draws, names and seeds are uncorrelated", () => {
  const streams = new RandomStreams(3);
  const pairs: [string, (i: number) => [number, number]][] = [
    ["ordinals", (i) => [streams.draw("d", i), streams.draw("d", i + 1)]],
    ["names", (i) => [streams.draw(`pod-${i}`, 0), streams.draw(`pod-${i + 1}`, 0)]],
    ["stream and draw", (i) => [streams.stream(`${i}`).next(), streams.draw(`${i}`, 0)]],
    ["seeds", (i) => [new RandomStreams(i).draw("d", 0), new RandomStreams(i + 1).draw("d", 0)]],
  ];
  for (const [what, pair] of pairs) {
    const count = 5000;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const [x, y] = pair(i);
      sum += 12 * (x - 0.5) * (y - 0.5);
    }
    // The sum of uncorrelated pairs has mean 0 and variance `count`.
    expect(Math.abs(sum / Math.sqrt(count)), what).toBeLessThan(4);
  }
});

test("a keyed draw does not depend on what was drawn before it", () => {
  const keys = range.slice(0, 300).map((i) => [`node-${i % 7}`, Math.floor(i / 7)] as const);
  const forward = new RandomStreams(5);
  const backward = new RandomStreams(5);
  const drawn = keys.map(([name, ordinal]) => forward.draw(name, ordinal));
  backward.stream("node-1").next();
  const again = keys.toReversed().map(([name, ordinal]) => backward.draw(name, ordinal));
  expect(again.toReversed()).toEqual(drawn);
  expect(new Set(drawn).size).toBe(keys.length);
  for (const u of drawn) expect(u > 0 && u < 1).toBe(true);
});

test("draws tell ordinals beyond 32 bits apart", () => {
  const streams = new RandomStreams(5);
  const draws = [1, 2 ** 32 + 1, 2 ** 33 + 1, 2 ** 52].map((i) => streams.draw("d", i));
  expect(new Set(draws).size).toBe(4);
});

test("one more stream does not shift the others", () => {
  const alone = new RandomStreams(9);
  const together = new RandomStreams(9);
  const expected = [1, 2, 3].map(() => alone.stream("arrivals").next());
  const seen = [1, 2, 3].map(() => {
    together.stream("failures").next();
    return together.stream("arrivals").next();
  });
  expect(seen).toEqual(expected);
});

test("integers are in range and without bias, also where the count does not divide 2^32", () => {
  const stream = new RandomStreams(1).stream("dice");
  const counts = new Map<number, number>();
  for (let i = 0; i < 60_000; i++) {
    const face = stream.int(6);
    counts.set(face, (counts.get(face) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  let chiSquare = 0;
  for (const count of counts.values()) chiSquare += (count - 10_000) ** 2 / 10_000;
  // The quantile of chi square with 5 degrees of freedom at 0.9999.
  expect(chiSquare).toBeLessThan(25.75);

  // With a count of 3 * 2^30, a plain remainder would give a first quarter of 1/2 instead of 1/3.
  const wide = 3 * 2 ** 30;
  let low = 0;
  for (let i = 0; i < 10_000; i++) if (stream.int(wide) < 2 ** 30) low++;
  expect(Math.abs(low - 10_000 / 3)).toBeLessThan(4 * Math.sqrt((10_000 * 2) / 9));
  expect(stream.int(1)).toBe(0);
  expect(() => stream.int(0)).toThrow();
});
