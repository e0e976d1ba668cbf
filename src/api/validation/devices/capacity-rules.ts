import type { CapacityRequestPolicy, DeviceCapacity } from "../../devices.js";
import { mustParseQuantity, type Quantity } from "../../quantity.js";
import type { FieldIssues } from "../field-issue.js";

const MAX_VALUES = 10;

const quantityOf = (value: string | number | undefined | null): Quantity | undefined =>
  value == null ? undefined : mustParseQuantity(value);

/** What of a capacity may be asked for makes sense only on a device that several claims share. */
export function validateCapacity(
  { value, requestPolicy }: DeviceCapacity,
  shared: boolean,
  path: string,
  issues: FieldIssues,
): void {
  if (requestPolicy == null) return;
  const at = `${path}.requestPolicy`;
  if (!shared) issues.forbidden(at, "allowMultipleAllocations must be true");
  else validatePolicy(requestPolicy, mustParseQuantity(value ?? 0), at, issues);
}

function validatePolicy(
  policy: CapacityRequestPolicy,
  most: Quantity,
  path: string,
  issues: FieldIssues,
): void {
  const values = policy.validValues ?? [];
  if (values.length > 0 && policy.validRange != null) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    issues.forbidden(path, detail);
  } else if (values.length > 0) {
    if (policy.default == null) {
      issues.required(`${path}.default`, "required when validValues is defined");
    } else validateValues(values, policy.default, most, `${path}.validValues`, issues);
  } else if (policy.validRange != null) {
    if (policy.default == null) {
      issues.required(`${path}.default`, "required when validRange is defined");
    } else validateRange(policy.validRange, policy.default, most, `${path}.validRange`, issues);
  }
}

function validateValues(
  values: readonly (string | number)[],
  byDefault: string | number,
  most: Quantity,
  path: string,
  issues: FieldIssues,
): void {
  if (values.length > MAX_VALUES) {
    issues.invalid(path, values.length, `must have at most ${MAX_VALUES} items`);
    return;
  }
  const parsed = values.map(mustParseQuantity);
  parsed.forEach((value, i) => {
    const before = parsed[i - 1];
    if (before !== undefined && before.compare(value) > 0) {
      issues.invalid(`${path}[${i}]`, values[i], "values must be sorted in ascending order");
    }
    if (before?.compare(value) === 0) issues.duplicate(`${path}[${i}]`, values[i]);
    if (value.compare(most) > 0) {
      issues.invalid(`${path}[${i}]`, values[i], `option is larger than capacity value: ${most}`);
    }
  });
  const wanted = mustParseQuantity(byDefault);
  if (!parsed.some((value) => value.compare(wanted) === 0)) {
    issues.invalid(path, byDefault, "default value is not valid according to the requestPolicy");
  }
}

function validateRange(
  range: NonNullable<CapacityRequestPolicy["validRange"]>,
  byDefault: string | number,
  most: Quantity,
  path: string,
  issues: FieldIssues,
): void {
  const [min, max, step] = [range.min, range.max, range.step].map(quantityOf);
  const wanted = mustParseQuantity(byDefault);
  if (min === undefined) {
    issues.required(`${path}.min`, "required when validRange is defined");
    return;
  }
  if (min.compare(most) > 0) {
    issues.invalid(`${path}.min`, range.min, `min is larger than capacity value: ${most}`);
  }
  if (wanted.compare(min) < 0) {
    issues.invalid(`${path}.default`, byDefault, `default is less than min: ${min}`);
  }
  if (max !== undefined) {
    if (min.compare(max) > 0) {
      issues.invalid(`${path}.max`, range.max, `min is larger than max: ${max}`);
    }
    if (max.compare(most) > 0) {
      issues.invalid(`${path}.max`, range.max, `max is larger than capacity value: ${most}`);
    }
    if (wanted.compare(max) > 0) {
      issues.invalid(`${path}.default`, byDefault, `default is more than max: ${max}`);
    }
  }
  if (step === undefined) return;
  if (step.sign <= 0) {
    issues.invalid(`${path}.step`, range.step, "must be greater than zero");
    return;
  }
  for (const value of [wanted, max]) {
    if (value === undefined || isMultiple(value.subtract(min), step)) continue;
    const detail = `value is not a multiple of a given step (${step}) from (${min})`;
    issues.invalid(`${path}.step`, value.toString(), detail);
  }
}

function isMultiple(value: Quantity, step: Quantity): boolean {
  const digits = Math.min(value.exponent, step.exponent);
  const whole = (one: Quantity): bigint => one.unscaled * 10n ** BigInt(one.exponent - digits);
  return whole(value) % whole(step) === 0n;
}
