import { z } from "zod";
import type { Parsed } from "../units.js";
import { bounded, described, leaf } from "./leaf.js";
import { filePath, number, parseMillis, parseWhole, text } from "./scalars.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";

import { parseDuration } from "../units.js";

interface Scalar {
  /** Prefix of the names under `$defs`. */
  readonly id: string;
  readonly parse: (raw: unknown) => Parsed<number>;
}

const positive = (parse: (raw: unknown) => Parsed<number>) =>
  bounded(parse, (value) => value > 0, "expected a value above 0");

function branches(scalar: Scalar) {
  const type = ["string", "number"];
  const value = leaf({ type }, scalar.parse);
  const above0 = leaf({ type }, positive(scalar.parse));
  const shape = number({ above: 0, max: 1_000 });
  return {
    constant: described(value, "Always this value."),
    uniform: described(
      z.strictObject({ min: value, max: value }),
      "Every value between two bounds is equally likely.",
    ),
    exponential: described(z.strictObject({ mean: above0 }), "Memoryless, with this mean."),
    normal: described(
      z.strictObject({ mean: value, sd: value }),
      "Mean and standard deviation of the curve; never below 0.",
    ),
    lognormal: described(
      z.strictObject({ mean: above0, cv: number({ min: 0, max: 1_000 }) }),
      "Mean and coefficient of variation (standard deviation over mean).",
    ),
    weibull: described(
      z.strictObject({ shape, scale: above0 }),
      "Survival exp(-(x/scale)^shape): a shape below 1 has a falling hazard.",
    ),
    gamma: described(z.strictObject({ shape, scale: above0 }), "Mean is shape times scale."),
    pareto: described(
      z.strictObject({ shape, min: above0 }),
      "Survival (min/x)^shape for x at or above min.",
    ),
    choice: described(
      z
        .array(z.strictObject({ value, weight: number({ min: 0 }).optional() }))
        .min(1, "expected at least one item"),
      "One of some values, each as likely as its weight (default 1).",
    ),
    empirical: described(
      z.strictObject({
        path: described(filePath.optional(), "A CSV file with a header line."),
        column: described(text.optional(), "The column to take."),
        unit: described(
          text.optional(),
          "Put after each number of the column, such as `s` or `Mi`.",
        ),
        values: described(z.array(value).optional(), "The sample itself, instead of a file."),
      }),
      "Drawn from a sample: a file's column, or a list.",
    ),
  };
}

type Branches = {
  [K in keyof ReturnType<typeof branches>]?: z.output<ReturnType<typeof branches>[K]> | undefined;
};

/** The one branch that was given, or what is wrong with it. */
function toSpec(given: Branches): Parsed<DistributionSpec> {
  if (given.constant !== undefined) {
    return { value: { type: "constant", value: given.constant } };
  }
  if (given.uniform !== undefined) {
    if (given.uniform.min > given.uniform.max) return { problem: "min is above max" };
    return { value: { type: "uniform", ...given.uniform } };
  }
  if (given.exponential !== undefined) {
    return { value: { type: "exponential", ...given.exponential } };
  }
  if (given.normal !== undefined) return { value: { type: "normal", ...given.normal } };
  if (given.lognormal !== undefined) return { value: { type: "lognormal", ...given.lognormal } };
  if (given.weibull !== undefined) return { value: { type: "weibull", ...given.weibull } };
  if (given.gamma !== undefined) return { value: { type: "gamma", ...given.gamma } };
  if (given.pareto !== undefined) return { value: { type: "pareto", ...given.pareto } };
  if (given.choice !== undefined) {
    const items = given.choice.map(({ value, weight }) => ({ value, weight: weight ?? 1 }));
    if (!items.some((item) => item.weight > 0)) return { problem: "no weight is above 0" };
    return { value: { type: "choice", items } };
  }
  const values = given.empirical?.values ?? [];
  if (values.length === 0) {
    return { problem: "expected `path` and `column`, or `values` with at least one number" };
  }
  return { value: { type: "empirical", values } };
}

/** A value of the kind, or a distribution of such values. */
function distributionOf(scalar: Scalar) {
  const shape = branches(scalar);
  const names = Object.keys(shape);
  const optional = Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => [name, schema.optional()]),
  ) as { [K in keyof typeof shape]: z.ZodOptional<(typeof shape)[K]> };
  const distribution = z
    .strictObject(optional)
    .meta({ id: `${scalar.id}Distribution`, minProperties: 1, maxProperties: 1 })
    .transform((given: Branches, context): DistributionSpec => {
      const count = Object.values(given).filter((branch) => branch !== undefined).length;
      const parsed =
        count === 1 ? toSpec(given) : { problem: `expected exactly one of ${names.join(", ")}` };
      if ("value" in parsed) return parsed.value;
      context.addIssue({ code: "custom", message: parsed.problem, input: given });
      return z.NEVER;
    });
  const constant = leaf({ type: ["string", "number"] }, scalar.parse).transform(
    (value): DistributionSpec => ({ type: "constant", value }),
  );
  return { distribution, scalarOrDistribution: z.union([constant, distribution]) };
}

const durations = distributionOf({ id: "duration", parse: parseDuration });
const cpus = distributionOf({ id: "cpu", parse: parseMillis });
const sizes = distributionOf({ id: "bytes", parse: parseWhole });

/** In microseconds; `3s` stands for a constant. */
export const durationDistribution = durations.scalarOrDistribution;
/** In thousandths of a CPU; a quantity stands for a constant. */
export const cpuDistribution = cpus.scalarOrDistribution;
/** In bytes, or whole units of another resource; a quantity stands for a constant. */
export const bytesDistribution = sizes.scalarOrDistribution;
