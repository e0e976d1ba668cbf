import type { GenericKind } from "../api/kinds.js";
import type { ObjectVersion, VersionOf } from "../api/object-version.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { listerTables } from "./framework/lister-tables.js";
import type { Listers, ObjectTable } from "./framework/listers.js";

/** The plugins' listers over the scheduler's own informers: they lag as its watches do. */
export function informerListers(informers: InformerFactory): Listers {
  const tables = listerTables();
  const fill = <K extends GenericKind>(objects: ObjectTable<K>, kind: K): void => {
    const informer: Informer<K> = informers.informer(kind);
    informer.addHandler({
      added: (object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      updated: (_, object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      deleted: (object) => objects.delete(object.namespace, object.name),
    });
  };
  fill(tables.namespaces, "Namespace");
  fill(tables.services, "Service");
  fill(tables.replicationControllers, "ReplicationController");
  fill(tables.replicaSets, "ReplicaSet");
  fill(tables.statefulSets, "StatefulSet");
  fill(tables.persistentVolumes, "PersistentVolume");
  fill(tables.persistentVolumeClaims, "PersistentVolumeClaim");
  fill(tables.storageClasses, "StorageClass");
  fill(tables.csiNodes, "CSINode");
  fill(tables.csiDrivers, "CSIDriver");
  fill(tables.csiStorageCapacities, "CSIStorageCapacity");
  fill(tables.podDisruptionBudgets, "PodDisruptionBudget");
  fill(tables.resourceClaims, "ResourceClaim");
  fill(tables.resourceSlices, "ResourceSlice");
  fill(tables.deviceClasses, "DeviceClass");
  return tables;
}
