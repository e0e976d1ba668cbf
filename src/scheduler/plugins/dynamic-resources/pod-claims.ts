import type { PodResourceClaim } from "../../../api/kubernetes.js";
import type { VersionOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { ClaimLister } from "../../framework/listers.js";

export type ResourceClaim = VersionOf<"ResourceClaim">;

type ClaimName = { readonly name: string | null; readonly generated: boolean };

/**
 * The claim that stands for one of a pod's: null where the pod does without. A text: why it cannot be
 * told yet. Source: `dynamic-resource-allocation/resourceclaim`, Name.
 */
function claimName(pod: PodVersion, claim: PodResourceClaim): ClaimName | string {
  const { name, resourceClaimName, resourceClaimTemplateName } = claim;
  const quoted = `pod "${pod.namespace}/${pod.name}"`;
  if (resourceClaimName != null) return { name: resourceClaimName, generated: false };
  if (resourceClaimTemplateName == null) {
    return `${quoted}, spec.resourceClaim "${name}": none of the supported fields are set`;
  }
  const made = pod.status.resourceClaimStatuses?.find((status) => status.name === name);
  if (made === undefined) return `${quoted}: ResourceClaim not created yet`;
  return { name: made.resourceClaimName ?? null, generated: true };
}

/** The pod's claims, in their order, or why one of them cannot be used. */
export function podResourceClaims(
  pod: PodVersion,
  claims: ClaimLister,
): readonly ResourceClaim[] | string {
  const found: ResourceClaim[] = [];
  for (const one of pod.spec.resourceClaims ?? []) {
    const named = claimName(pod, one);
    if (typeof named === "string") return named;
    if (named.name === null) continue;
    const claim = claims.get(pod.namespace, named.name);
    if (claim === undefined) return `resourceclaim.resource.k8s.io "${named.name}" not found`;
    if (claim.deletionTimeMicros !== null) {
      return `resourceclaim "${claim.name}" is being deleted`;
    }
    if (named.generated && !isControlledBy(claim, pod)) {
      const whole = `ResourceClaim ${claim.namespace}/${claim.name}`;
      return `${whole} was not created for Pod ${pod.namespace}/${pod.name} (Pod is not owner)`;
    }
    found.push(claim);
  }
  return found;
}

export function isControlledBy(claim: ResourceClaim, { uid }: PodVersion): boolean {
  return claim.ownerReferences.some((owner) => owner.controller === true && owner.uid === uid);
}

export function isReservedFor(claim: ResourceClaim, { uid }: PodVersion): boolean {
  return (claim.status?.reservedFor ?? []).some((consumer) => consumer.uid === uid);
}
