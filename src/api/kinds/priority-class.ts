import { defaultPriorityClass } from "../defaults/policy.js";
import { validatePriorityClass } from "../validation/policies.js";
import { validatePriorityClassChange } from "../validation/immutable.js";
import type { Body } from "./body.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { PriorityClass } from "../schemas/types.js";

export const PRIORITY_CLASS: KindDescriptor<Body<PriorityClass>> = {
  ...named("scheduling.k8s.io/v1", "priorityclasses", "Cluster", "body"),
  formerVersions: { "scheduling.k8s.io/v1alpha1": null, "scheduling.k8s.io/v1beta1": null },
  defaults: defaultPriorityClass,
  validate: (spec, { issues }, { name }) => validatePriorityClass(name, spec, issues),
  validateChange: validatePriorityClassChange,
  fields: {
    value: "modelled",
    globalDefault: "modelled",
    description: "none",
    preemptionPolicy: "modelled",
  },
};
