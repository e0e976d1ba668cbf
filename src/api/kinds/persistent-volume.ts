import { defaultVolume } from "../defaults/storage.js";
import { validateVolume, VOLUME_SOURCES } from "../validation/storage.js";
import { modelled, none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { PersistentVolumeSpec, PersistentVolumeStatus } from "../schemas/types.js";

export const PERSISTENT_VOLUME: KindDescriptor<PersistentVolumeSpec, PersistentVolumeStatus> = {
  ...named("v1", "persistentvolumes", "Cluster", "spec,status"),
  defaults: defaultVolume,
  validate: (spec, { issues }) => validateVolume(spec, issues),
  // What the volume controller says of it at once.
  onCreate: (volume) => ({
    ...volume,
    status: { ...volume.status, phase: volume.status?.phase ?? "Available" },
  }),
  fields: {
    ...modelled(
      "accessModes",
      "capacity",
      "claimRef",
      "nodeAffinity",
      "persistentVolumeReclaimPolicy",
      "storageClassName",
      "volumeAttributesClassName",
      "volumeMode",
      ...VOLUME_SOURCES,
    ),
    ...none("mountOptions"),
  },
};
