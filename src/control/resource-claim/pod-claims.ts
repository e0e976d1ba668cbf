import { POD_CLAIM_NAME } from "../../api/devices.js";
import type { PodResourceClaim } from "../../api/kubernetes.js";
import type { VersionOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { WriteRequest } from "../../store/request.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

/** The claim that stands for one of a pod's; null: none is needed; undefined: not known yet. */
export function claimName(
  { status }: PodVersion,
  { name, resourceClaimName }: PodResourceClaim,
): string | null | undefined {
  if (resourceClaimName != null) return resourceClaimName;
  const told = status.resourceClaimStatuses?.find((one) => one.name === name);
  return told === undefined ? undefined : (told.resourceClaimName ?? null);
}

/** Whether the pod has claims at all: most have not. */
export function usesClaims({ spec, status }: PodVersion): boolean {
  const { resourceClaims } = spec;
  if (resourceClaims !== undefined && resourceClaims.length > 0) return true;
  return status.extendedResourceClaimStatus !== undefined;
}

/** Claims that the pod uses, as far as it knows their names: `namespace/name`. */
export function claimKeysOf(pod: PodVersion): readonly string[] {
  const names = (pod.spec.resourceClaims ?? []).map((one) => claimName(pod, one));
  const extended = pod.status.extendedResourceClaimStatus?.resourceClaimName;
  return [...names, extended].flatMap((name) => (name == null ? [] : [`${pod.namespace}/${name}`]));
}

/** Which of a pod's claims it was made for, `uid/name`; null for one that a user wrote. */
export function podClaimOf({ annotations, ownerReferences }: ResourceClaim): string | null {
  const name = annotations[POD_CLAIM_NAME];
  const owner = ownerReferences.find(
    ({ controller, kind }) => controller === true && kind === "Pod",
  );
  return name === undefined || owner === undefined ? null : `${owner.uid}/${name}`;
}

export function isClaimOf(claim: ResourceClaim, { uid }: PodVersion): boolean {
  return claim.ownerReferences.some((owner) => owner.controller === true && owner.uid === uid);
}

/** Reserves a claim that has its devices for a pod that is on its node already; null: nothing to do. */
export function reservation(claim: ResourceClaim, pod: PodVersion): WriteRequest | null {
  const reservedFor = claim.status?.reservedFor ?? [];
  if (claim.status?.allocation === undefined) return null;
  if (reservedFor.some(({ uid }) => uid === pod.uid)) return null;
  const consumer = { resource: "pods", name: pod.name, uid: pod.uid };
  const status = { ...claim.status, reservedFor: [...reservedFor, consumer] };
  return { verb: "update", base: claim, change: { status } };
}
