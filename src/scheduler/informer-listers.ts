import type { GenericKind } from "../api/kinds.js";
import type { ObjectVersion, VersionOf } from "../api/object-version.js";
import type { Informer } from "../store/informer.js";
import type { InformerFactory } from "../store/informer-factory.js";
import { type Listers, ObjectTable } from "./framework/listers.js";
import { VolumeTable } from "./framework/volume-table.js";

/** The plugins' listers over the scheduler's own informers: they lag as its watches do. */
export function informerListers(informers: InformerFactory): Listers {
  const table = <K extends GenericKind>(kind: K): ObjectTable<K> =>
    fill(kind, new ObjectTable<K>());
  const fill = <K extends GenericKind, T extends ObjectTable<K>>(kind: K, objects: T): T => {
    const informer: Informer<K> = informers.informer(kind);
    informer.addHandler({
      added: (object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      updated: (_, object) => objects.set(object as ObjectVersion<K> & VersionOf<K>),
      deleted: (object) => objects.delete(object.namespace, object.name),
    });
    return objects;
  };
  return {
    namespaces: table("Namespace"),
    services: table("Service"),
    replicationControllers: table("ReplicationController"),
    replicaSets: table("ReplicaSet"),
    statefulSets: table("StatefulSet"),
    persistentVolumes: fill("PersistentVolume", new VolumeTable()),
    persistentVolumeClaims: table("PersistentVolumeClaim"),
    storageClasses: table("StorageClass"),
    csiNodes: table("CSINode"),
    csiDrivers: table("CSIDriver"),
    csiStorageCapacities: table("CSIStorageCapacity"),
    podDisruptionBudgets: table("PodDisruptionBudget"),
  };
}
