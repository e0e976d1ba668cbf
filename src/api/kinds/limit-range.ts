import { defaultLimitRange } from "../defaults/policy.js";
import { validateLimitRange } from "../validation/policies.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { LimitRangeSpec } from "../schemas/types.js";

export const LIMIT_RANGE: KindDescriptor<LimitRangeSpec> = {
  ...named("v1", "limitranges", "Namespaced", "spec"),
  defaults: defaultLimitRange,
  validate: (spec, { issues }) => validateLimitRange(spec, issues),
  fields: modelled("limits"),
};
