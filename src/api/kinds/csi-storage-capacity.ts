import { modelled } from "./field-rules.js";
import type { Body } from "./body.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { CSIStorageCapacity } from "../schemas/types.js";

export const CSI_STORAGE_CAPACITY: KindDescriptor<Body<CSIStorageCapacity>> = {
  ...named("storage.k8s.io/v1", "csistoragecapacities", "Namespaced", "body"),
  formerVersions: { "storage.k8s.io/v1alpha1": null, "storage.k8s.io/v1beta1": null },
  fields: modelled("capacity", "maximumVolumeSize", "nodeTopology", "storageClassName"),
};
