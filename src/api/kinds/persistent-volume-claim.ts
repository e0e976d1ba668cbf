import { defaultClaim } from "../defaults/storage.js";
import { validateClaim } from "../validation/storage.js";
import { validateClaimChange } from "../validation/immutable.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from "../schemas/types.js";

export const PERSISTENT_VOLUME_CLAIM: KindDescriptor<
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus
> = {
  ...named("v1", "persistentvolumeclaims", "Namespaced", "spec,status"),
  defaults: defaultClaim,
  validate: (spec, { issues }) => validateClaim(spec, "spec", issues),
  validateChange: validateClaimChange,
  onCreate: (claim) => ({ ...claim, status: { phase: "Pending" } }),
  fields: {
    ...modelled(
      "accessModes",
      "resources",
      "selector",
      "storageClassName",
      "volumeAttributesClassName",
      "volumeMode",
      "volumeName",
    ),
    // A volume that is filled first is there later.
    dataSource: "timing",
    dataSourceRef: "timing",
  },
};
