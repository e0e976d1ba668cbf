import { fromAutoscalingBeta1, fromAutoscalingV1 } from "../conversions/autoscaling.js";
import { defaultAutoscaler } from "../defaults/policy.js";
import { validateAutoscaler } from "../validation/autoscaler.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type {
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
} from "../schemas/types.js";

export const HORIZONTAL_POD_AUTOSCALER: KindDescriptor<
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus
> = {
  ...named("autoscaling/v2", "horizontalpodautoscalers", "Namespaced", "spec,status"),
  formerVersions: {
    "autoscaling/v1": fromAutoscalingV1,
    "autoscaling/v2beta1": fromAutoscalingBeta1,
    "autoscaling/v2beta2": null,
  },
  defaults: defaultAutoscaler,
  validate: validateAutoscaler,
  onCreate: (object) => ({ ...object, status: { desiredReplicas: 0 } }),
  conditions: ["AbleToScale", "ScalingActive", "ScalingLimited", "ScaledToZero"],
  trouble: ({ scaleTargetRef }, { conditions = [] }) => {
    const unable = conditions.find(
      ({ type, status, reason }) =>
        status === "False" &&
        (type === "AbleToScale" || (type === "ScalingActive" && reason !== "ScalingDisabled")),
    );
    if (unable === undefined) return null;
    const { message = unable.type, lastTransitionTime } = unable;
    return { message, since: lastTransitionTime, about: scaleTargetRef };
  },
  fields: modelled("scaleTargetRef", "minReplicas", "maxReplicas", "metrics", "behavior"),
};
