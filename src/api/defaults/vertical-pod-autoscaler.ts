import type { VerticalPodAutoscalerSpec } from "../schemas/types.js";

/** What the admission controller of the Vertical Pod Autoscaler fills in. */
export function defaultVerticalPodAutoscaler(
  spec: VerticalPodAutoscalerSpec,
): VerticalPodAutoscalerSpec {
  return spec.updatePolicy == null ? { ...spec, updatePolicy: { updateMode: "Recreate" } } : spec;
}
