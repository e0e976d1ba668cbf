import { defaultPod } from "../defaults/pod.js";
import { POD_SPEC } from "./pod-fields.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { PodSpec } from "../schemas/types.js";

export const POD: KindDescriptor<PodSpec> = {
  ...named("v1", "pods", "Namespaced", "spec,status"),
  shortNames: ["po"],
  defaults: defaultPod,
  podSpecPath: ["spec"],
  conditions: [
    ...["PodScheduled", "Initialized", "ContainersReady", "Ready", "DisruptionTarget"],
    ...["PodReadyToStartContainers", "PodResizePending", "PodResizeInProgress"],
  ],
  hasForeignConditions: true,
  fields: POD_SPEC,
};
