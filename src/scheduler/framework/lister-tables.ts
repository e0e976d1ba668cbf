import type { GenericKind } from "../../api/kinds.js";
import { ClaimTable } from "./claim-table.js";
import { type Listers, ObjectTable } from "./listers.js";
import { SliceTable } from "./slice-table.js";
import { VolumeTable } from "./volume-table.js";

/** The kind that each lister reads; whoever fills, lists or replays them goes by this table. */
export const LISTED_KINDS = {
  namespaces: "Namespace",
  services: "Service",
  replicationControllers: "ReplicationController",
  replicaSets: "ReplicaSet",
  statefulSets: "StatefulSet",
  persistentVolumes: "PersistentVolume",
  persistentVolumeClaims: "PersistentVolumeClaim",
  storageClasses: "StorageClass",
  csiNodes: "CSINode",
  csiDrivers: "CSIDriver",
  csiStorageCapacities: "CSIStorageCapacity",
  podDisruptionBudgets: "PodDisruptionBudget",
  resourceClaims: "ResourceClaim",
  resourceSlices: "ResourceSlice",
  deviceClasses: "DeviceClass",
} as const satisfies Record<keyof Listers, GenericKind>;

/** Tables that find objects by more than their names. */
const INDEXED = {
  persistentVolumes: () => new VolumeTable(),
  resourceClaims: () => new ClaimTable(),
  resourceSlices: () => new SliceTable(),
} as const;

type ListerTables = {
  readonly [Name in keyof Listers]: Name extends keyof typeof INDEXED
    ? ReturnType<(typeof INDEXED)[Name]>
    : ObjectTable<(typeof LISTED_KINDS)[Name]>;
};

/** Empty tables for all that plugins list. */
export function listerTables(): ListerTables {
  const indexed: Readonly<Record<string, () => unknown>> = INDEXED;
  const tables = Object.keys(LISTED_KINDS).map((name) => [
    name,
    indexed[name]?.() ?? new ObjectTable(),
  ]);
  return Object.fromEntries(tables) as ListerTables;
}
