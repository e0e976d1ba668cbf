import type { PodSpec, Volume } from "../kubernetes.js";
import type { ObjectVersion } from "../object-version.js";

export type Claim = ObjectVersion<"PersistentVolumeClaim">;
export type PersistentVolume = ObjectVersion<"PersistentVolume">;
export type StorageClass = ObjectVersion<"StorageClass">;

/** Set on a claim once it and its volume point at each other. */
export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
/** Set on a volume that a provisioner has made. */
export const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
/** Set by the scheduler on a claim that is to be provisioned for a node. */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
/** The provisioner of a class whose volumes somebody else makes. */
export const NO_PROVISIONER = "kubernetes.io/no-provisioner";
const LEGACY_CLASS = "volume.beta.kubernetes.io/storage-class";

/** A volume of a pod that goes through a claim. */
export interface ClaimUse {
  readonly claimName: string;
  /** A generic ephemeral volume: the claim is made for this pod. */
  readonly ephemeral: boolean;
}

/** The claim that a volume of the pod of that name uses, if any. */
export function claimUse(volume: Volume, podName: string): ClaimUse | null {
  if (volume.persistentVolumeClaim !== undefined) {
    return { claimName: volume.persistentVolumeClaim.claimName, ephemeral: false };
  }
  if (volume.ephemeral !== undefined) {
    return { claimName: `${podName}-${volume.name}`, ephemeral: true };
  }
  return null;
}

export function claimUses(spec: PodSpec, podName: string): readonly ClaimUse[] {
  return (spec.volumes ?? []).flatMap((volume) => claimUse(volume, podName) ?? []);
}

/** Name of the storage class of a claim or volume; empty for none. */
export function className(object: Claim | PersistentVolume): string {
  return object.annotations[LEGACY_CLASS] ?? object.spec.storageClassName ?? "";
}

/** True once binding is complete on both sides. */
export function isFullyBound(claim: Claim): boolean {
  return (claim.spec.volumeName ?? "") !== "" && claim.annotations[BIND_COMPLETED] !== undefined;
}

/** True if the volume is reserved for that claim. */
export function isBoundTo(
  volume: Pick<PersistentVolume, "spec">,
  claim: Pick<Claim, "namespace" | "name" | "uid">,
): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined || reference === null) return false;
  if (reference.name !== claim.name || reference.namespace !== claim.namespace) return false;
  const uid = reference.uid ?? "";
  return uid === "" || uid === claim.uid;
}

/** True if claims of the class are bound once the scheduler has chosen a node for their pod. */
export function waitsForConsumer(storageClass: StorageClass | undefined): boolean {
  return storageClass?.spec.volumeBindingMode === "WaitForFirstConsumer";
}

/** True if the claim leaves its class to the cluster; an empty name asks for none. */
export function namesNoClass(claim: Pick<Claim, "annotations" | "spec">): boolean {
  return (
    claim.annotations[LEGACY_CLASS] === undefined && (claim.spec.storageClassName ?? null) === null
  );
}
