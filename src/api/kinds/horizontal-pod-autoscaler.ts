import { fromAutoscalingBeta1, fromAutoscalingV1 } from "../conversions/autoscaling.js";
import { defaultAutoscaler } from "../defaults/policy.js";
import { validateAutoscaler } from "../validation/policies.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const HORIZONTAL_POD_AUTOSCALER: KindDescriptor<
  Record<string, unknown>,
  Record<string, unknown>
> = {
  ...named("autoscaling/v2", "horizontalpodautoscalers", "Namespaced", "spec,status"),
  formerVersions: {
    "autoscaling/v1": fromAutoscalingV1,
    "autoscaling/v2beta1": fromAutoscalingBeta1,
    "autoscaling/v2beta2": null,
  },
  defaults: defaultAutoscaler,
  validate: (spec, { issues }) => validateAutoscaler(spec, issues),
  fields: "placement",
};
