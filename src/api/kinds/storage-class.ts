import { defaultStorageClass } from "../defaults/storage.js";
import { validateStorageClass } from "../validation/storage.js";
import { immutableBody } from "../validation/immutable.js";
import { modelled, none } from "./field-rules.js";
import type { Body } from "./body.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { StorageClass } from "../schemas/types.js";

export const STORAGE_CLASS: KindDescriptor<Body<StorageClass>> = {
  ...named("storage.k8s.io/v1", "storageclasses", "Cluster", "body"),
  formerVersions: { "storage.k8s.io/v1beta1": null },
  defaults: defaultStorageClass,
  validate: (spec, { issues }) => validateStorageClass(spec, issues),
  validateChange: immutableBody("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
  fields: {
    ...modelled(
      "allowVolumeExpansion",
      "allowedTopologies",
      "provisioner",
      "reclaimPolicy",
      "volumeBindingMode",
    ),
    ...none("mountOptions", "parameters"),
  },
};
