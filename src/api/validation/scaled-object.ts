import type { ScaledObjectSpec } from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";
import { validateTriggers } from "./keda-triggers.js";

const MAX_REPLICAS = 100;

/**
 * What the definition of ScaledObject requires, and what KEDA's webhook refuses.
 * Source: KEDA, its CustomResourceDefinition and CheckReplicaCountBoundsAreValid (2.21).
 */
export function validateScaledObject(spec: ScaledObjectSpec, issues: FieldIssues): void {
  const { scaleTargetRef, triggers, fallback } = spec as Partial<ScaledObjectSpec>;
  if (scaleTargetRef == null) issues.required("spec.scaleTargetRef");
  else if (scaleTargetRef.name == null) issues.required("spec.scaleTargetRef.name");
  validateTriggers(triggers, issues);
  if (fallback != null) {
    if (fallback.failureThreshold == null) issues.required("spec.fallback.failureThreshold");
    if (fallback.replicas == null) issues.required("spec.fallback.replicas");
  }
  const { minReplicaCount, idleReplicaCount: idle, maxReplicaCount: max = MAX_REPLICAS } = spec;
  const min = minReplicaCount === undefined ? 0 : minReplicaCount > 0 ? minReplicaCount : 1;
  if (min > max) {
    const detail = `MinReplicaCount=${min} must be less than MaxReplicaCount=${max}`;
    issues.invalid("spec.minReplicaCount", minReplicaCount, detail);
  }
  if (idle !== undefined && idle >= min) {
    const detail = `IdleReplicaCount=${idle} must be less than MinReplicaCount=${min}`;
    issues.invalid("spec.idleReplicaCount", idle, detail);
  }
}
