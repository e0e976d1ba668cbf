import type { ScaledObjectSpec, ScaledObjectStatus } from "../schemas/types.js";
import { notReady } from "./not-ready.js";
import { validateScaledObject } from "../validation/scaled-object.js";
import { isModelledTrigger, strangeTriggerKeys } from "../keda/trigger-keys.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** KEDA's. */
export const SCALED_OBJECT: KindDescriptor<ScaledObjectSpec, ScaledObjectStatus> = {
  ...named("keda.sh/v1alpha1", "scaledobjects", "Namespaced", "spec,status"),
  validate: (spec, { issues }) => validateScaledObject(spec, issues),
  strangers: strangeTriggerKeys,
  conditions: ["Ready", "Active", "Fallback", "Paused"],
  trouble: ({ scaleTargetRef: { kind = "Deployment", name } }, { conditions }) => {
    const message = notReady(conditions);
    return message === null ? null : { message, about: { kind, name } };
  },
  fields: {
    ...modelled("pollingInterval", "cooldownPeriod", "initialCooldownPeriod", "fallback"),
    ...modelled("minReplicaCount", "maxReplicaCount", "idleReplicaCount"),
    scaleTargetRef: {
      ...modelled("apiVersion", "kind", "name"),
      ...none("envSourceContainerName"),
    },
    triggers: {
      ...modelled("name", "metadata", "metricType"),
      type: (type) => (isModelledTrigger(type) ? "modelled" : "placement"),
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
