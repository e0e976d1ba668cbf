import { CLAIM_FINALIZER, type ResourceClaimStatus } from "../../api/devices.js";
import type { VersionOf } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";
import type { WriteRequest } from "../../store/request.js";

type ResourceClaim = VersionOf<"ResourceClaim">;

/** A pod that will not run any more: it ended, or goes without having come to a node. */
function isDone(pod: PodVersion): boolean {
  return isPodTerminal(pod) || (pod.deletionTimeMicros !== null && pod.nodeName === "");
}

/**
 * What is written when consumers of a claim are gone: without any left it loses its devices, and a
 * claim that was made for a pod that ended is deleted. Source: `resourceclaim`, syncClaim.
 */
export function freeing(claim: ResourceClaim, pods: Informer<"Pod">): readonly WriteRequest[] {
  const { reservedFor = [], allocation } = claim.status ?? {};
  const remaining = reservedFor.filter(({ apiGroup = "", resource, name, uid }) => {
    if (apiGroup !== "" || resource !== "pods") return true;
    const pod = pods.find(claim.namespace, name);
    return pod !== undefined && pod.uid === uid && !isDone(pod);
  });
  const requests: WriteRequest[] = [];
  const isProtected = claim.finalizers.includes(CLAIM_FINALIZER);
  const isUnused = remaining.length === 0;
  const loses = remaining.length < reservedFor.length;
  const frees = isProtected && isUnused && (loses || claim.deletionTimeMicros !== null);
  if (loses || (frees && allocation !== undefined)) {
    requests.push({
      verb: "update",
      base: claim,
      change: { status: left(claim, remaining, frees) },
    });
  }
  if (frees) {
    const finalizers = claim.finalizers.filter((name) => name !== CLAIM_FINALIZER);
    requests.push({ verb: "patch", target: claim, change: { finalizers } });
  }
  if (isUnused && claim.deletionTimeMicros === null && isLeftBehind(claim, pods)) {
    requests.push({ verb: "delete", target: claim });
  }
  return requests;
}

function left(
  { status }: ResourceClaim,
  remaining: NonNullable<ResourceClaimStatus["reservedFor"]>,
  frees: boolean,
): ResourceClaimStatus {
  const { allocation, reservedFor: _, devices, ...rest } = status ?? {};
  return {
    ...rest,
    ...(remaining.length === 0 ? {} : { reservedFor: remaining }),
    ...(frees || allocation === undefined ? {} : { allocation }),
    ...(frees || devices === undefined ? {} : { devices }),
  };
}

/** Made for a pod that ended, or whose name another pod has now. Of one that is gone it is garbage. */
function isLeftBehind(claim: ResourceClaim, pods: Informer<"Pod">): boolean {
  const owner = claim.ownerReferences.find(
    ({ controller, kind }) => controller === true && kind === "Pod",
  );
  if (owner === undefined) return false;
  const pod = pods.find(claim.namespace, owner.name);
  return pod !== undefined && (pod.uid !== owner.uid || isDone(pod));
}
