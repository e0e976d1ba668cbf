import {
  compileDeviceExpression,
  DeviceExpressionError,
  MAX_COST,
  MAX_LENGTH,
} from "../../cel/device-expression.js";
import type { DeviceConfiguration, DeviceSelector, DeviceToleration } from "../../devices.js";
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from "../../label-validation.js";
import type { FieldIssues } from "../field-issue.js";

const MAX_SELECTORS = 32;
const MAX_DRIVER_NAME = 63;
const MAX_ID = 32;
const MAX_POOL_NAME = 253;
const MAX_PARAMETERS = 10 * 1024;

export const EFFECTS = ["NoExecute", "NoSchedule", "None"] as const;

/** False, and an issue, if a list is longer than Kubernetes allows. */
export function isWithin(
  list: readonly unknown[],
  most: number,
  path: string,
  issues: FieldIssues,
): boolean {
  if (list.length <= most) return true;
  issues.invalid(path, list.length, `must have at most ${most} items`);
  return false;
}

/** An issue for each element whose key an earlier one has. */
export function eachKeyOnce<T>(
  list: readonly T[],
  keyOf: (element: T) => string,
  path: string,
  issues: FieldIssues,
): void {
  const seen = new Set<string>();
  list.forEach((element, i) => {
    const key = keyOf(element);
    if (seen.has(key)) issues.duplicate(`${path}[${i}]`, key);
    seen.add(key);
  });
}

export function validateDriverName(name: string | undefined, path: string, issues: FieldIssues) {
  if (!name) issues.required(path);
  else if (name.length > MAX_DRIVER_NAME) {
    issues.invalid(path, name, `must be no more than ${MAX_DRIVER_NAME} characters`);
  } else issues.invalidFor(path, name, dns1123SubdomainErrors(name.toLowerCase()));
}

export function validateLabelName(name: string | undefined, path: string, issues: FieldIssues) {
  if (!name) issues.required(path);
  else issues.invalidFor(path, name, dns1123LabelErrors(name));
}

export function validatePoolName(name: string | undefined, path: string, issues: FieldIssues) {
  if (!name) {
    issues.required(path);
    return;
  }
  if (name.length > MAX_POOL_NAME) {
    issues.invalid(path, name, `must be no more than ${MAX_POOL_NAME} characters`);
  }
  for (const part of name.split("/")) issues.invalidFor(path, part, dns1123SubdomainErrors(part));
}

function validateIdentifier(id: string, path: string, issues: FieldIssues): void {
  if (id.length > MAX_ID) issues.invalid(path, id, `must be no more than ${MAX_ID} characters`);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) {
    const detail =
      'a valid C identifier must start with alphabetic character or "_", followed by a string of alphanumeric characters or "_" (such as "my_name", "MY_NAME" or "MyName")';
    issues.invalid(path, id, detail);
  }
}

/** The name of an attribute or a capacity: `name` or `domain/name`. */
export function validateQualifiedName(name: string, path: string, issues: FieldIssues): void {
  const parts = name.split("/");
  if (parts.length === 1) validateIdentifier(name, path, issues);
  if (parts.length !== 2) return;
  const [domain = "", id = ""] = parts;
  if (domain === "") issues.invalid(path, "", "the domain must not be empty");
  else validateDriverName(domain, path, issues);
  if (id === "") issues.invalid(path, "", "the name must not be empty");
  else validateIdentifier(id, path, issues);
}

export function validateFullName(name: string, path: string, issues: FieldIssues): void {
  validateQualifiedName(name, path, issues);
  if (name.includes("/")) return;
  const detail = "a fully qualified name must be a domain and a name separated by a slash";
  issues.invalid(path, name, detail);
}

export function validateSelectors(
  selectors: readonly DeviceSelector[],
  path: string,
  issues: FieldIssues,
): void {
  if (!isWithin(selectors, MAX_SELECTORS, path, issues)) return;
  selectors.forEach(({ cel }, i) => {
    const at = `${path}[${i}].cel`;
    if (cel == null) issues.required(at);
    else validateExpression(cel.expression ?? "", `${at}.expression`, issues);
  });
}

function validateExpression(text: string, path: string, issues: FieldIssues): void {
  if (text.length > MAX_LENGTH) {
    issues.invalid(path, `${text.slice(0, 40)}…`, `may not be more than ${MAX_LENGTH} bytes`);
    return;
  }
  const compiled = compileDeviceExpression(text, { sharing: true });
  if (compiled instanceof DeviceExpressionError) issues.invalid(path, text, compiled.detail);
  else if (compiled.maxCost > MAX_COST) {
    issues.forbidden(path, "too complex, exceeds cost limit");
  }
}

export function validateConfiguration(
  { opaque }: DeviceConfiguration,
  path: string,
  issues: FieldIssues,
): void {
  if (opaque == null) {
    issues.required(`${path}.opaque`);
    return;
  }
  validateDriverName(opaque.driver, `${path}.opaque.driver`, issues);
  const at = `${path}.opaque.parameters`;
  const { parameters } = opaque;
  if (parameters == null) issues.required(at);
  else if (typeof parameters !== "object" || Array.isArray(parameters)) {
    issues.invalid(at, "<value omitted>", "must be a valid JSON object");
  } else if (JSON.stringify(parameters).length > MAX_PARAMETERS) {
    issues.invalid(at, "<value omitted>", `may not be more than ${MAX_PARAMETERS} bytes`);
  }
}

export function validateToleration(
  { key, operator, value, effect }: DeviceToleration,
  path: string,
  issues: FieldIssues,
): void {
  if (key) issues.invalidFor(`${path}.key`, key, qualifiedNameErrors(key));
  if (operator === "Exists") {
    if (value) issues.invalid(`${path}.value`, value, "must be empty for operator `Exists`");
  } else if (operator === "Equal") {
    if (!key) issues.required(`${path}.key`, "required for operator `Equal`");
    if (value) issues.invalidFor(`${path}.value`, value, labelValueErrors(value));
  } else issues.oneOf(`${path}.operator`, operator, ["Equal", "Exists"]);
  if (effect) issues.oneOf(`${path}.effect`, effect, EFFECTS);
}
