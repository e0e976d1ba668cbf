import { deviceVersions } from "../conversions/devices.js";
import { defaultResourceClaimTemplate } from "../defaults/devices.js";
import type { ResourceClaimTemplateSpec } from "../devices.js";
import { validateResourceClaimTemplate } from "../validation/devices/claim-rules.js";
import { immutableSpec } from "../validation/immutable.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const RESOURCE_CLAIM_TEMPLATE: KindDescriptor<ResourceClaimTemplateSpec> = {
  ...named("resource.k8s.io/v1", "resourceclaimtemplates", "Namespaced", "spec"),
  formerVersions: deviceVersions("ResourceClaimTemplate"),
  defaults: defaultResourceClaimTemplate,
  validate: (spec, { issues }) => validateResourceClaimTemplate(spec, issues),
  validateChange: immutableSpec,
  fields: { ...modelled("spec"), metadata: "modelled" },
};
