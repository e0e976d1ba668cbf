import type {
  VerticalPodAutoscalerCheckpointSpec,
  VerticalPodAutoscalerCheckpointStatus,
} from "../schemas/types.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** What a recommender of the Vertical Pod Autoscaler remembers of a container, for the next one. */
export const VERTICAL_POD_AUTOSCALER_CHECKPOINT: KindDescriptor<
  VerticalPodAutoscalerCheckpointSpec,
  VerticalPodAutoscalerCheckpointStatus
> = {
  ...named(
    "autoscaling.k8s.io/v1",
    "verticalpodautoscalercheckpoints",
    "Namespaced",
    "spec,status",
  ),
  shortNames: ["vpacheckpoint"],
  fields: modelled("vpaObjectName", "containerName"),
};
