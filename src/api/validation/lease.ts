import type { SpecOf } from "../kinds.js";
import type { FieldIssues } from "./field-issue.js";

export function validateLease(spec: SpecOf["Lease"], issues: FieldIssues): void {
  const { leaseDurationSeconds, leaseTransitions } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    issues.invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0");
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    const detail = "must be greater than or equal to 0";
    issues.invalid("spec.leaseTransitions", leaseTransitions, detail);
  }
}
