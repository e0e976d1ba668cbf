import type { ScaledObjectSpec } from "../schemas/types.js";
import type { FieldIssues } from "./field-issue.js";

const MAX_REPLICAS = 100;

/** What KEDA's webhook refuses. Source: KEDA, CheckReplicaCountBoundsAreValid (2.21). */
export function validateScaledObject(spec: ScaledObjectSpec, issues: FieldIssues): void {
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
