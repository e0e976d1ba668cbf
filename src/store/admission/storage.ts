import type { NewGeneric } from "../../api/new-object.js";
import { type Claim, className, namesNoClass } from "../../api/volumes/claims.js";
import { defaultStorageClass } from "../../api/volumes/default-class.js";
import { requestedBytes } from "../../api/volumes/matching.js";
import type { ObjectStore } from "../object-store.js";
import { type Refusal, refuse } from "../outcome.js";

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

/**
 * The PersistentVolumeClaimResize admission plugin: why the claim may not ask for more; null: it may. Only a
 * bound claim grows, and of a class that says so.
 */
export function growthRefusal(before: Claim, after: Claim, store: ObjectStore): Refusal | null {
  if (requestedBytes(after) <= requestedBytes(before)) return null;
  const forbidden = (why: string): Refusal =>
    refuse("Forbidden", `persistentvolumeclaims "${after.name}" is forbidden: ${why}`);
  if (before.status.phase !== "Bound") {
    return forbidden("Only bound persistent volume claims can be expanded");
  }
  const name = className(after);
  const storageClass = name === "" ? undefined : store.table("StorageClass").find("", name);
  if (className(before) === name && storageClass?.spec.allowVolumeExpansion === true) return null;
  return forbidden(
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
  );
}

/** The StorageObjectInUseProtection admission plugin: what is in use is not removed. */
export function withProtection<T extends NewGeneric>(object: T): T {
  const finalizer = object.kind === "PersistentVolume" ? VOLUME_PROTECTION : CLAIM_PROTECTION;
  if (object.finalizers.includes(finalizer)) return object;
  return { ...object, finalizers: [...object.finalizers, finalizer] };
}
