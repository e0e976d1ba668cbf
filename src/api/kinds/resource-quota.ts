import { validateQuota } from "../validation/policies.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { ResourceQuotaSpec, ResourceQuotaStatus } from "../schemas/types.js";

export const RESOURCE_QUOTA: KindDescriptor<ResourceQuotaSpec, ResourceQuotaStatus> = {
  ...named("v1", "resourcequotas", "Namespaced", "spec,status"),
  validate: (spec, { issues }) => validateQuota(spec, issues),
  fields: { hard: "modelled", scopes: "modelled", scopeSelector: "modelled" },
};
