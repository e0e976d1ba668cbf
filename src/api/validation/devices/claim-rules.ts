import {
  type DeviceConstraint,
  type DeviceDemand,
  type DeviceRequest,
  type DeviceSubRequest,
  MAX_ALLOCATION_RESULTS,
  MAX_FIRST_AVAILABLE,
  type ResourceClaimSpec,
} from "../../devices.js";
import type { SpecOf } from "../../kinds.js";
import { dns1123SubdomainErrors } from "../../label-validation.js";
import type { FieldIssues } from "../field-issue.js";
import {
  eachKeyOnce,
  isWithin,
  validateConfiguration,
  validateFullName,
  validateLabelName,
  validateSelectors,
  validateToleration,
} from "./device-rules.js";

const MAX_CONSTRAINTS = 32;
const MAX_CONFIG = 32;

/** The names of requests, with those of their subrequests. */
type RequestNames = ReadonlyMap<string, ReadonlySet<string>>;

/** What the API server demands of a ResourceClaim. Source: `pkg/apis/resource/validation`. */
export function validateResourceClaim(
  spec: ResourceClaimSpec,
  path: string,
  issues: FieldIssues,
): void {
  const { requests = [], constraints = [], config = [] } = spec.devices ?? {};
  const at = `${path}.devices`;
  const names: RequestNames = new Map(
    requests.map(({ name, firstAvailable = [] }) => [
      name,
      new Set(firstAvailable.map((subRequest) => subRequest.name)),
    ]),
  );
  if (isWithin(requests, MAX_ALLOCATION_RESULTS, `${at}.requests`, issues)) {
    requests.forEach((request, i) => {
      validateRequest(request, `${at}.requests[${i}]`, issues);
    });
    eachKeyOnce(requests, ({ name }) => name, `${at}.requests`, issues);
  }
  if (isWithin(constraints, MAX_CONSTRAINTS, `${at}.constraints`, issues)) {
    constraints.forEach((constraint, i) => {
      validateConstraint(constraint, names, `${at}.constraints[${i}]`, issues);
    });
  }
  if (!isWithin(config, MAX_CONFIG, `${at}.config`, issues)) return;
  config.forEach((one, i) => {
    validateReferences(one.requests ?? [], names, `${at}.config[${i}].requests`, issues);
    validateConfiguration(one, `${at}.config[${i}]`, issues);
  });
}

export function validateResourceClaimTemplate(
  spec: SpecOf["ResourceClaimTemplate"],
  issues: FieldIssues,
): void {
  validateResourceClaim(spec.spec ?? {}, "spec.spec", issues);
}

function validateRequest(request: DeviceRequest, path: string, issues: FieldIssues): void {
  validateLabelName(request.name, `${path}.name`, issues);
  const alternatives = request.firstAvailable ?? [];
  if (request.exactly != null && alternatives.length > 0) {
    const detail =
      "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set";
    issues.invalid(path, null, detail);
  } else if (request.exactly != null) {
    validateDemand(request.exactly, `${path}.exactly`, issues);
  } else if (alternatives.length > 0) {
    validateAlternatives(alternatives, `${path}.firstAvailable`, issues);
  } else issues.required(path, "exactly one of `exactly` or `firstAvailable` is required");
}

function validateAlternatives(
  alternatives: readonly DeviceSubRequest[],
  path: string,
  issues: FieldIssues,
): void {
  if (!isWithin(alternatives, MAX_FIRST_AVAILABLE, path, issues)) return;
  alternatives.forEach((subRequest, i) => {
    validateLabelName(subRequest.name, `${path}[${i}].name`, issues);
    validateDemand(subRequest, `${path}[${i}]`, issues);
  });
  eachKeyOnce(alternatives, ({ name }) => name, path, issues);
}

function validateDemand(demand: DeviceDemand, path: string, issues: FieldIssues): void {
  const { deviceClassName, selectors = [], allocationMode, count = 0, tolerations = [] } = demand;
  if (!deviceClassName) issues.required(`${path}.deviceClassName`);
  else {
    const reasons = dns1123SubdomainErrors(deviceClassName);
    issues.invalidFor(`${path}.deviceClassName`, deviceClassName, reasons);
  }
  validateSelectors(selectors, `${path}.selectors`, issues);
  if (allocationMode === "All") {
    if (count !== 0) {
      const detail = "must not be specified when allocationMode is 'All'";
      issues.invalid(`${path}.count`, count, detail);
    }
  } else if (allocationMode === "ExactCount") {
    if (count <= 0) issues.invalid(`${path}.count`, count, "must be greater than zero");
  } else issues.oneOf(`${path}.allocationMode`, allocationMode, ["All", "ExactCount"]);
  tolerations.forEach((toleration, i) => {
    validateToleration(toleration, `${path}.tolerations[${i}]`, issues);
  });
}

function validateConstraint(
  { requests = [], matchAttribute, distinctAttribute }: DeviceConstraint,
  names: RequestNames,
  path: string,
  issues: FieldIssues,
): void {
  validateReferences(requests, names, `${path}.requests`, issues);
  if (matchAttribute != null && distinctAttribute != null) {
    const detail = "exactly one of `matchAttribute` or `distinctAttribute` is required";
    issues.invalid(path, null, `${detail}, but multiple fields are set`);
  } else if (matchAttribute != null) {
    validateFullName(matchAttribute, `${path}.matchAttribute`, issues);
  } else if (distinctAttribute != null) {
    validateFullName(distinctAttribute, `${path}.distinctAttribute`, issues);
  } else issues.required(`${path}.matchAttribute`);
}

function validateReferences(
  requests: readonly string[],
  names: RequestNames,
  path: string,
  issues: FieldIssues,
): void {
  if (!isWithin(requests, MAX_ALLOCATION_RESULTS, path, issues)) return;
  requests.forEach((name, i) => {
    const [request = "", subRequest, ...rest] = name.split("/");
    const known = names.get(request);
    const isKnown =
      rest.length === 0 &&
      known !== undefined &&
      (subRequest === undefined || known.has(subRequest));
    if (isKnown) return;
    const detail =
      "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
    issues.invalid(`${path}[${i}]`, name, detail);
  });
  eachKeyOnce(requests, (name) => name, path, issues);
}
