/** A distribution by its parameters, all in the caller's unit. */
export type DistributionSpec =
  | { readonly type: "constant"; readonly value: number }
  | { readonly type: "uniform"; readonly min: number; readonly max: number }
  | { readonly type: "exponential"; readonly mean: number }
  /** Mean and standard deviation of the curve, which is then cut off below 0. */
  | { readonly type: "normal"; readonly mean: number; readonly sd: number }
  /** Mean and coefficient of variation (standard deviation over mean) of the samples. */
  | { readonly type: "lognormal"; readonly mean: number; readonly cv: number }
  /** Survival exp(-(x / scale)^shape). */
  | { readonly type: "weibull"; readonly shape: number; readonly scale: number }
  /** Mean shape * scale. */
  | { readonly type: "gamma"; readonly shape: number; readonly scale: number }
  /** Survival (min / x)^shape from min on. */
  | { readonly type: "pareto"; readonly shape: number; readonly min: number }
  /** One of some values, each as likely as its weight. */
  | {
      readonly type: "choice";
      readonly items: readonly { readonly value: number; readonly weight: number }[];
    }
  /** One of a sample, each equally likely. */
  | { readonly type: "empirical"; readonly values: readonly number[] };

/** A parameter that no distribution can have, by its path, and what would be right. */
export interface DistributionProblem {
  readonly parameter: string;
  readonly value: number;
  readonly expected: string;
}

/** All that is wrong with the parameters; empty when the distribution exists. */
export function distributionProblems(spec: DistributionSpec): DistributionProblem[] {
  const problems: DistributionProblem[] = [];
  const expect = (good: boolean, parameter: string, value: number, expected: string): void => {
    if (!good) problems.push({ parameter, value, expected });
  };
  const finite = (parameter: string, value: number): void =>
    expect(Number.isFinite(value), parameter, value, "a finite number");
  const above0 = (parameter: string, value: number): void =>
    expect(Number.isFinite(value) && value > 0, parameter, value, "a number above 0");
  const atLeast0 = (parameter: string, value: number): void =>
    expect(Number.isFinite(value) && value >= 0, parameter, value, "a number of 0 or more");

  switch (spec.type) {
    case "constant":
      finite("value", spec.value);
      break;
    case "uniform":
      finite("min", spec.min);
      finite("max", spec.max);
      expect(!(spec.min > spec.max), "min", spec.min, `a number not above max, ${spec.max}`);
      break;
    case "exponential":
      above0("mean", spec.mean);
      break;
    case "normal":
      atLeast0("mean", spec.mean);
      atLeast0("sd", spec.sd);
      break;
    case "lognormal":
      above0("mean", spec.mean);
      atLeast0("cv", spec.cv);
      break;
    case "weibull":
    case "gamma":
      above0("shape", spec.shape);
      above0("scale", spec.scale);
      break;
    case "pareto":
      above0("shape", spec.shape);
      above0("min", spec.min);
      break;
    case "choice":
      for (const [i, { value, weight }] of spec.items.entries()) {
        finite(`${i}.value`, value);
        atLeast0(`${i}.weight`, weight);
      }
      expect(
        spec.items.some((item) => item.weight > 0),
        "weight",
        0,
        "a weight above 0 on at least one item",
      );
      break;
    case "empirical":
      for (const [i, value] of spec.values.entries()) finite(`values.${i}`, value);
      expect(spec.values.length > 0, "values", 0, "at least one value");
      break;
  }
  return problems;
}
