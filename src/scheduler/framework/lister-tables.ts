import { ClaimTable } from "./claim-table.js";
import { ObjectTable } from "./listers.js";
import { SliceTable } from "./slice-table.js";
import { VolumeTable } from "./volume-table.js";

/** Empty tables for all that plugins list. */
export function listerTables() {
  return {
    namespaces: new ObjectTable<"Namespace">(),
    services: new ObjectTable<"Service">(),
    replicationControllers: new ObjectTable<"ReplicationController">(),
    replicaSets: new ObjectTable<"ReplicaSet">(),
    statefulSets: new ObjectTable<"StatefulSet">(),
    persistentVolumes: new VolumeTable(),
    persistentVolumeClaims: new ObjectTable<"PersistentVolumeClaim">(),
    storageClasses: new ObjectTable<"StorageClass">(),
    csiNodes: new ObjectTable<"CSINode">(),
    csiDrivers: new ObjectTable<"CSIDriver">(),
    csiStorageCapacities: new ObjectTable<"CSIStorageCapacity">(),
    podDisruptionBudgets: new ObjectTable<"PodDisruptionBudget">(),
    resourceClaims: new ClaimTable(),
    resourceSlices: new SliceTable(),
    deviceClasses: new ObjectTable<"DeviceClass">(),
  };
}
