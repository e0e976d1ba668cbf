import { deviceVersions } from "../conversions/devices.js";
import { defaultResourceClaim } from "../defaults/devices.js";
import type { ResourceClaimSpec, ResourceClaimStatus } from "../devices.js";
import { validateResourceClaim } from "../validation/devices/claim-rules.js";
import { immutableSpec } from "../validation/immutable.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const RESOURCE_CLAIM: KindDescriptor<ResourceClaimSpec, ResourceClaimStatus> = {
  ...named("resource.k8s.io/v1", "resourceclaims", "Namespaced", "spec,status"),
  formerVersions: deviceVersions("ResourceClaim"),
  defaults: defaultResourceClaim,
  validate: (spec, { issues }) => validateResourceClaim(spec, "spec", issues),
  validateChange: immutableSpec,
  fields: modelled("devices"),
};
