import type { SpecOf } from "../kinds.js";
import { fill } from "./fill.js";

export function defaultVolume(spec: SpecOf["PersistentVolume"]): SpecOf["PersistentVolume"] {
  return fill(spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" });
}

export function defaultClaim(
  spec: SpecOf["PersistentVolumeClaim"],
): SpecOf["PersistentVolumeClaim"] {
  return fill(spec, { volumeMode: "Filesystem" });
}

export function defaultStorageClass(spec: SpecOf["StorageClass"]): SpecOf["StorageClass"] {
  return fill(spec, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
}

export function defaultDriver(spec: SpecOf["CSIDriver"]): SpecOf["CSIDriver"] {
  return fill(spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: "ReadWriteOnceWithFSType",
    volumeLifecycleModes: ["Persistent"],
    requiresRepublish: false,
  });
}
