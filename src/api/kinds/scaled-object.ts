import type { ScaledObjectSpec, ScaledObjectStatus } from "../schemas/types.js";
import { validateScaledObject } from "../validation/scaled-object.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** KEDA's. */
export const SCALED_OBJECT: KindDescriptor<ScaledObjectSpec, ScaledObjectStatus> = {
  ...named("keda.sh/v1alpha1", "scaledobjects", "Namespaced", "spec,status"),
  validate: (spec, { issues }) => validateScaledObject(spec, issues),
  fields: {
    ...modelled("pollingInterval", "cooldownPeriod", "initialCooldownPeriod", "fallback"),
    ...modelled("minReplicaCount", "maxReplicaCount", "idleReplicaCount"),
    scaleTargetRef: {
      ...modelled("apiVersion", "kind", "name"),
      ...none("envSourceContainerName"),
    },
    triggers: {
      ...modelled("type", "name", "metadata", "metricType"),
      ...none("authenticationRef"),
      useCachedMetrics: "timing",
    },
    advanced: {
      horizontalPodAutoscalerConfig: "modelled",
      restoreToOriginalReplicaCount: "placement",
      scalingModifiers: "modelled",
    },
  },
};
