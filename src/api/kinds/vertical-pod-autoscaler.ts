import { defaultVerticalPodAutoscaler } from "../defaults/vertical-pod-autoscaler.js";
import type { VerticalPodAutoscalerSpec, VerticalPodAutoscalerStatus } from "../schemas/types.js";
import { validateVerticalPodAutoscaler } from "../validation/vertical-pod-autoscaler.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** Of the Vertical Pod Autoscaler, which is no part of Kubernetes. */
export const VERTICAL_POD_AUTOSCALER: KindDescriptor<
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerStatus
> = {
  ...named("autoscaling.k8s.io/v1", "verticalpodautoscalers", "Namespaced", "spec,status"),
  shortNames: ["vpa"],
  defaults: defaultVerticalPodAutoscaler,
  validate: (spec, { issues, options }) =>
    validateVerticalPodAutoscaler(spec, issues, options.verticalPodAutoscaler),
  trouble: ({ targetRef }, { conditions = [] }) => {
    const unable = conditions.find(
      ({ type, status }) => type === "ConfigUnsupported" && status === "True",
    );
    if (unable === undefined) return null;
    const { message = unable.type, lastTransitionTime } = unable;
    return { message, since: lastTransitionTime, about: targetRef };
  },
  fields: {
    ...modelled("targetRef", "updatePolicy", "resourcePolicy", "recommenders"),
    // Refused: it needs the gate CPUStartupBoost, which is off.
    startupBoost: "placement",
  },
};
