import { withBudgetSelector } from "../conversions/policy.js";
import { validateBudget } from "../validation/policies.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from "../schemas/types.js";

export const POD_DISRUPTION_BUDGET: KindDescriptor<
  PodDisruptionBudgetSpec,
  PodDisruptionBudgetStatus
> = {
  ...named("policy/v1", "poddisruptionbudgets", "Namespaced", "spec,status"),
  formerVersions: { "policy/v1beta1": withBudgetSelector },
  validate: (spec, { issues }) => validateBudget(spec, issues),
  conditions: ["DisruptionAllowed"],
  fields: modelled("minAvailable", "maxUnavailable", "selector", "unhealthyPodEvictionPolicy"),
};
