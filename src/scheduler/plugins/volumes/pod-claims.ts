import { controllerOf } from "../../../api/object-version.js";
import type { PodVersion } from "../../../api/pod-version.js";
import type { Claim, ClaimUse } from "../../../api/volumes/claims.js";
import type { Listers } from "../../framework/listers.js";

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
