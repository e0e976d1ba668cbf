import type { PodSpec, Volume } from "../../../api/kubernetes.js";
import { type ObjectVersion, controllerOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { Listers } from "../../framework/listers.js";

export type Claim = ObjectVersion<"PersistentVolumeClaim">;
export type PersistentVolume = ObjectVersion<"PersistentVolume">;
export type StorageClass = ObjectVersion<"StorageClass">;

/** Set on a claim once it and its volume point at each other. */
export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
/** Set by the scheduler on a claim that is to be provisioned for a node. */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
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

/** Why the claim of a generic ephemeral volume cannot be the pod's; null where it was made for the pod. */
export function notMadeFor(claim: Claim, pod: PodVersion): string | null {
  if (controllerOf(claim)?.uid === pod.uid) return null;
  return `PVC ${claim.namespace}/${claim.name} was not created for pod ${pod.namespace}/${pod.name} (pod is not owner)`;
}

/**
 * The claim of a pod whose volumes are counted; null where it is gone, so that nobody knows what the
 * pod has attached. A string is an error: a pod that is to be placed needs its claims.
 */
export function countedClaim(
  { claimName, ephemeral }: ClaimUse,
  pod: PodVersion,
  listers: Listers,
  { isNew }: { readonly isNew: boolean },
): Claim | string | null {
  const claim = listers.persistentVolumeClaims.get(pod.namespace, claimName);
  if (claim !== undefined) return (ephemeral ? notMadeFor(claim, pod) : null) ?? claim;
  if (!isNew) return null;
  return `looking up PVC ${pod.namespace}/${claimName}: persistentvolumeclaim "${claimName}" not found`;
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
export function isBoundTo(volume: PersistentVolume, claim: Claim): boolean {
  const reference = volume.spec.claimRef;
  if (reference === undefined || reference === null) return false;
  if (reference.name !== claim.name || reference.namespace !== claim.namespace) return false;
  const uid = reference.uid ?? "";
  return uid === "" || uid === claim.uid;
}
