import { defaultDriver } from "../defaults/storage.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { CSIDriverSpec } from "../schemas/types.js";

export const CSI_DRIVER: KindDescriptor<CSIDriverSpec> = {
  ...named("storage.k8s.io/v1", "csidrivers", "Cluster", "spec"),
  formerVersions: { "storage.k8s.io/v1beta1": null },
  defaults: defaultDriver,
  fields: {
    ...modelled("attachRequired", "storageCapacity"),
    ...none(
      "fsGroupPolicy",
      "nodeAllocatableUpdatePeriodSeconds",
      "podInfoOnMount",
      "requiresRepublish",
      "seLinuxMount",
      "tokenRequests",
      "volumeLifecycleModes",
    ),
  },
};
