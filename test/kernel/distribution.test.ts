import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distributionOf } from "../../src/kernel/distribution.js";
import { type DistributionSpec, distributionProblems } from "../../src/kernel/distribution-spec.js";
import { RandomStreams } from "../../src/kernel/random-streams.js";

const specs: DistributionSpec[] = [
  { type: "constant", value: 3 },
  { type: "uniform", min: -2, max: 5 },
  { type: "exponential", mean: 12 },
  { type: "normal", mean: 90, sd: 15 },
  { type: "normal", mean: 1, sd: 5 },
  { type: "normal", mean: 0, sd: 1 },
  { type: "normal", mean: 7, sd: 0 },
  { type: "lognormal", mean: 3, cv: 0.4 },
  { type: "lognormal", mean: 12, cv: 1.5 },
  { type: "lognormal", mean: 3, cv: 0 },
  { type: "weibull", shape: 0.7, scale: 2 },
  { type: "weibull", shape: 3, scale: 2 },
  { type: "gamma", shape: 0.4, scale: 2 },
  { type: "gamma", shape: 9, scale: 0.5 },
  { type: "pareto", shape: 3.5, min: 2 },
  {
    type: "choice",
    items: [
      { value: 4, weight: 1 },
      { value: 0.5, weight: 3 },
      { value: 9, weight: 0 },
    ],
  },
  { type: "empirical", values: [5, 1, 1, 2] },
];

describe.each(specs.map((spec) => [JSON.stringify(spec), spec] as const))("%s", (_, spec) => {
  const distribution = distributionOf(spec);
  const uniform = fc.double({ min: 2 ** -53, max: 1 - 2 ** -53, noNaN: true });

  test("has a quantile function that never decreases", () => {
    fc.assert(
      fc.property(uniform, uniform, (u, v) => {
        const lower = distribution.quantile(Math.min(u, v));
        const upper = distribution.quantile(Math.max(u, v));
        expect(Number.isFinite(lower)).toBe(true);
        // The inverse gamma function is found by iteration, to a relative 1e-12.
        const slack = spec.type === "gamma" ? 1e-12 * upper : 0;
        expect(lower).toBeLessThanOrEqual(upper + slack);
      }),
      { numRuns: 500 },
    );
  });

  test("has the mean of its samples, within five standard errors", () => {
    const stream = new RandomStreams(11).stream("samples");
    const count = 40_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const sample = distribution.quantile(stream.next());
      sum += sample;
      squares += sample * sample;
    }
    const mean = sum / count;
    const error = Math.sqrt(Math.max(0, squares / count - mean * mean) / count);
    expect(Math.abs(mean - distribution.mean)).toBeLessThanOrEqual(5 * error + 1e-9);
  });
});

const near = (value: number) => expect.closeTo(value, 9);

// Closed forms where there are any; for the normal and gamma curves, tabulated quantiles.
test.each<[DistributionSpec, number, number]>([
  [{ type: "exponential", mean: 10 }, 0.5, 6.931471805599453],
  [{ type: "normal", mean: 90, sd: 15 }, 0.975, 90 + 15 * 1.959963984540054],
  [{ type: "normal", mean: 0, sd: 1 }, 0.5, 0.6744897501960817],
  [{ type: "weibull", shape: 2, scale: 3 }, 0.5, 3 * Math.sqrt(Math.LN2)],
  [{ type: "gamma", shape: 1, scale: 4 }, 0.5, 4 * Math.LN2],
  [{ type: "gamma", shape: 2, scale: 1 }, 0.5, 1.678346990016661],
  [{ type: "gamma", shape: 10, scale: 1 }, 0.1, 6.221304605],
  [{ type: "pareto", shape: 2, min: 3 }, 0.75, 6],
  [{ type: "uniform", min: 2, max: 4 }, 0.25, 2.5],
  [{ type: "lognormal", mean: Math.exp(0.5), cv: Math.sqrt(Math.E - 1) }, 0.5, 1],
])("%j at %d is %d", (spec, u, value) => {
  // Above 0 lies nearly all of a curve whose mean is six deviations up.
  const digits = spec.type === "normal" && spec.mean > 0 ? 5 : 8;
  expect(distributionOf(spec).quantile(u)).toBeCloseTo(value, digits);
});

test("a choice and a sample give each value its share, whatever their order", () => {
  const weights = distributionOf({
    type: "choice",
    items: [
      { value: 4000, weight: 1 },
      { value: 500, weight: 3 },
    ],
  });
  expect([0.001, 0.749, 0.751, 0.999].map((u) => weights.quantile(u))).toEqual([
    500, 500, 4000, 4000,
  ]);
  const sample = distributionOf({ type: "empirical", values: [30, 10, 20] });
  expect([0.1, 0.34, 0.6, 0.7, 0.99].map((u) => sample.quantile(u))).toEqual([10, 20, 20, 30, 30]);
});

test("a normal is never below 0, and its mean is that of what is left above 0", () => {
  const half = distributionOf({ type: "normal", mean: 0, sd: 1 });
  expect(half.quantile(1e-15)).toBeGreaterThanOrEqual(0);
  expect(half.mean).toEqual(near(Math.sqrt(2 / Math.PI)));
});

test("a Pareto tail with a shape of 1 or less has no finite mean", () => {
  expect(distributionOf({ type: "pareto", shape: 1, min: 1 }).mean).toBe(Infinity);
});

test.each<[DistributionSpec, string[]]>([
  [{ type: "constant", value: Number.NaN }, ["value"]],
  [{ type: "uniform", min: 3, max: 2 }, ["min"]],
  [{ type: "exponential", mean: 0 }, ["mean"]],
  [{ type: "normal", mean: -1, sd: -1 }, ["mean", "sd"]],
  [{ type: "lognormal", mean: 0, cv: -1 }, ["mean", "cv"]],
  [{ type: "weibull", shape: 0, scale: Infinity }, ["shape", "scale"]],
  [{ type: "gamma", shape: -1, scale: 1 }, ["shape"]],
  [{ type: "pareto", shape: 1, min: 0 }, ["min"]],
  [{ type: "choice", items: [] }, ["weight"]],
  [
    { type: "choice", items: [{ value: Number.NaN, weight: -1 }] },
    ["0.value", "0.weight", "weight"],
  ],
  [{ type: "empirical", values: [] }, ["values"]],
  [{ type: "empirical", values: [1, Infinity] }, ["values.1"]],
])("%j is refused for %j", (spec, parameters) => {
  expect(distributionProblems(spec).map((problem) => problem.parameter)).toEqual(parameters);
  expect(() => distributionOf(spec)).toThrow();
});
