import { mustParseQuantity, type Quantity } from "../quantity.js";
import type {
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerSpecResourcePolicyContainerPolicies,
  VerticalPodAutoscalerSpecUpdatePolicy,
} from "../schemas/types.js";
import type { AutoscalerOptions } from "./autoscaler-options.js";
import type { FieldIssues } from "./field-issue.js";

type ContainerPolicy = VerticalPodAutoscalerSpecResourcePolicyContainerPolicies;
type Gates = AutoscalerOptions["verticalPodAutoscaler"];

const UPDATE_MODES = ["Auto", "InPlace", "InPlaceOrRecreate", "Initial", "Off", "Recreate"];
const SCALING_MODES = ["Auto", "Off"];
const CONTROLLED_VALUES = ["RequestsAndLimits", "RequestsOnly"];
const CHANGE_REQUIREMENTS = ["TargetHigherThanRequests", "TargetLowerThanRequests"];
const CONTROLLED_RESOURCES = ["cpu", "memory"];
/** How exactly an amount may be given: thousandths of a core, bytes. */
const PRECISION: Readonly<Record<string, readonly [scale: number, detail: string]>> = {
  cpu: [-3, "must be a whole number of milli CPUs"],
  memory: [0, "must be a whole number of bytes"],
};

/** Fields of an autoscaler's own that need the gate PerVPAConfig, and the least that each may be. */
const OWN_PARAMETERS = [
  ["oomBumpUpRatio", 1, "must be greater than or equal to 1.0"],
  ["oomMinBumpUp", 0, "must be greater than or equal to 0"],
  ["memoryAggregationIntervalSeconds", 1, "must be greater than or equal to 1"],
  ["memoryAggregationIntervalCount", 1, "must be greater than or equal to 1"],
] as const;

/** What the admission controller of the Vertical Pod Autoscaler refuses, and the schema of its kind. Source: VPA (1.8). */
export function validateVerticalPodAutoscaler(
  spec: VerticalPodAutoscalerSpec,
  issues: FieldIssues,
  gates: Gates = {},
): void {
  if (spec.targetRef == null) issues.required("spec.targetRef");
  else {
    if (spec.targetRef.kind == null) issues.required("spec.targetRef.kind");
    if (spec.targetRef.name == null) issues.required("spec.targetRef.name");
  }
  if (spec.updatePolicy != null) validateUpdatePolicy(spec.updatePolicy, issues, gates);
  for (const [i, policy] of (spec.resourcePolicy?.containerPolicies ?? []).entries()) {
    validatePolicy(policy, `spec.resourcePolicy.containerPolicies[${i}]`, issues, gates);
  }
  if (spec.startupBoost != null) forbidBoost("spec.startupBoost", issues);
  const { recommenders = [] } = spec;
  if (recommenders.length > 1) {
    issues.invalid("spec.recommenders", recommenders.length, "must have at most 1 item");
  }
}

function validateUpdatePolicy(
  policy: VerticalPodAutoscalerSpecUpdatePolicy,
  issues: FieldIssues,
  gates: NonNullable<Gates>,
): void {
  const path = "spec.updatePolicy";
  const { updateMode, minReplicas, evictAfterOOMSeconds, evictionRequirements = [] } = policy;
  if (updateMode == null) {
    issues.required(`${path}.updateMode`, "updateMode is required if UpdatePolicy is used");
  } else {
    issues.oneOf(`${path}.updateMode`, updateMode, UPDATE_MODES);
    if (updateMode === "InPlace" && gates.inPlace !== true) {
      issues.forbidden(
        `${path}.updateMode`,
        "in order to use UpdateMode InPlace, you must enable feature gate InPlace in the admission-controller args",
      );
    }
  }
  if (minReplicas != null && minReplicas <= 0) {
    issues.invalid(`${path}.minReplicas`, minReplicas, "minReplicas has to be positive");
  }
  if (evictAfterOOMSeconds != null) {
    if (gates.perVpaConfig !== true) forbidWithoutGate(`${path}.evictAfterOOMSeconds`, issues);
    else if (evictAfterOOMSeconds < 1) {
      const detail = "must be greater than or equal to 1";
      issues.invalid(`${path}.evictAfterOOMSeconds`, evictAfterOOMSeconds, detail);
    }
  }
  for (const [i, { changeRequirement }] of evictionRequirements.entries()) {
    const at = `${path}.evictionRequirements[${i}].changeRequirement`;
    issues.oneOf(at, changeRequirement, CHANGE_REQUIREMENTS);
  }
}

function validatePolicy(
  policy: ContainerPolicy,
  path: string,
  issues: FieldIssues,
  gates: NonNullable<Gates>,
): void {
  const { containerName = "", mode, controlledValues } = policy;
  if (containerName === "") issues.required(`${path}.containerName`);
  if (mode != null) issues.oneOf(`${path}.mode`, mode, SCALING_MODES);
  validateBounds(policy, path, issues);
  if (controlledValues != null) {
    issues.oneOf(`${path}.controlledValues`, controlledValues, CONTROLLED_VALUES);
  }
  if (mode === "Off" && controlledValues === "RequestsAndLimits") {
    const detail = "controlledValues shouldn't be specified if container scaling mode is off";
    issues.forbidden(`${path}.controlledValues`, detail);
  }
  for (const [i, resource] of (policy.controlledResources ?? []).entries()) {
    issues.oneOf(`${path}.controlledResources[${i}]`, resource, CONTROLLED_RESOURCES);
  }
  for (const [field, least, detail] of OWN_PARAMETERS) {
    const value = policy[field];
    if (value == null) continue;
    if (gates.perVpaConfig !== true) forbidWithoutGate(`${path}.${field}`, issues);
    else if (mustParseQuantity(value).compare(mustParseQuantity(least)) < 0) {
      issues.invalid(`${path}.${field}`, value, detail);
    }
  }
  if (policy.startupBoost != null) forbidBoost(`${path}.startupBoost`, issues);
}

function validateBounds(policy: ContainerPolicy, path: string, issues: FieldIssues): void {
  const { minAllowed = {}, maxAllowed = {} } = policy;
  for (const [resource, least] of Object.entries(minAllowed)) {
    checkPrecision(resource, mustParseQuantity(least), `${path}.minAllowed[${resource}]`, issues);
    const most = maxAllowed[resource];
    if (most === undefined) continue;
    if (mustParseQuantity(most).compare(mustParseQuantity(least)) < 0) {
      const detail = `max resource for ${resource} is lower than min of "${least}"`;
      issues.invalid(`${path}.maxAllowed[${resource}]`, most, detail);
    }
  }
  for (const [resource, most] of Object.entries(maxAllowed)) {
    checkPrecision(resource, mustParseQuantity(most), `${path}.maxAllowed[${resource}]`, issues);
  }
}

function checkPrecision(
  resource: string,
  quantity: Quantity,
  path: string,
  issues: FieldIssues,
): void {
  const [scale, detail] = PRECISION[resource] ?? [];
  if (scale === undefined || quantity.roundUp(scale).exact) return;
  issues.invalid(path, quantity.toString(), detail!);
}

function forbidWithoutGate(path: string, issues: FieldIssues): void {
  issues.forbidden(path, "not supported when feature flag PerVPAConfig is disabled");
}

function forbidBoost(path: string, issues: FieldIssues): void {
  issues.forbidden(
    path,
    "in order to use startupBoost, you must enable feature gate CPUStartupBoost in the admission-controller args",
  );
}
