import type { NewGeneric } from "../../api/new-object.js";
import { namesNoClass } from "../../api/volumes/claims.js";
import { defaultStorageClass } from "../../api/volumes/default-class.js";
import type { ObjectStore } from "../object-store.js";

type NewClaim = NewGeneric<"PersistentVolumeClaim">;

/** Finalizers that keep a claim or volume while somebody uses it. */
export const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
export const VOLUME_PROTECTION = "kubernetes.io/pv-protection";

/** The DefaultStorageClass admission plugin: a claim that names no class gets the default one. */
export function withDefaultClass(claim: NewClaim, store: ObjectStore): NewClaim {
  if (!namesNoClass(claim)) return claim;
  const storageClass = defaultStorageClass(store.table("StorageClass"));
  if (storageClass === undefined) return claim;
  return { ...claim, spec: { ...claim.spec, storageClassName: storageClass.name } };
}

/** The StorageObjectInUseProtection admission plugin: what is in use is not removed. */
export function withProtection<T extends NewGeneric>(object: T): T {
  const finalizer = object.kind === "PersistentVolume" ? VOLUME_PROTECTION : CLAIM_PROTECTION;
  if (object.finalizers.includes(finalizer)) return object;
  return { ...object, finalizers: [...object.finalizers, finalizer] };
}
