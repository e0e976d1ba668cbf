import type { OwnerReference } from "../../api/kubernetes.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { controllerReference } from "../owner-references.js";
import { isWithin, type Ordinals, ordinalOf, type StatefulSet } from "./identity.js";

export type Claim = ObjectVersion<"PersistentVolumeClaim">;

/** The pod that a claim is for; without a UID while it does not exist. */
export interface ClaimUser {
  readonly name: string;
  readonly uid: string;
}

interface Retention {
  readonly deletesScaled: boolean;
  readonly deletesDeleted: boolean;
}

function retentionOf(set: StatefulSet): Retention {
  const policy = set.spec.persistentVolumeClaimRetentionPolicy;
  return {
    deletesScaled: policy?.whenScaled === "Delete",
    deletesDeleted: policy?.whenDeleted === "Delete",
  };
}

const isSet = (reference: OwnerReference, set: StatefulSet) =>
  reference.apiVersion === "apps/v1" &&
  reference.kind === "StatefulSet" &&
  reference.name === set.name;

const isPod = (reference: OwnerReference, pod: ClaimUser) =>
  reference.apiVersion === "v1" && reference.kind === "Pod" && reference.name === pod.name;

const owns = (owner: { readonly uid: string }, claim: Claim) =>
  claim.ownerReferences.some(({ uid }) => uid === owner.uid);

/** Whether the claim belongs to a former pod of that name, which the garbage collector will follow. */
export function isStaleFor(set: StatefulSet, claim: Claim, pod: ClaimUser): boolean {
  if (!retentionOf(set).deletesScaled) return false;
  const reference = claim.ownerReferences.find((one) => isPod(one, pod));
  return reference !== undefined && reference.uid !== pod.uid;
}

/** Whether somebody else controls the claim; it matters only where a claim is ever deleted. */
export function hasOtherController(set: StatefulSet, claim: Claim, pod: ClaimUser): boolean {
  const { deletesScaled, deletesDeleted } = retentionOf(set);
  if (!deletesScaled && !deletesDeleted) return false;
  return claim.ownerReferences.some((reference) => {
    if (isSet(reference, set)) return reference.uid !== set.uid;
    if (isPod(reference, pod)) return reference.uid !== pod.uid;
    return reference.controller === true;
  });
}

interface Owners {
  readonly set: boolean;
  readonly pod: boolean;
}

/** Who has to own the claim: the pod once it is scaled away, the set while it is not. */
function wantedOwners(set: StatefulSet, pod: ClaimUser, ordinals: Ordinals): Owners {
  const { deletesScaled, deletesDeleted } = retentionOf(set);
  const isScaledAway = deletesScaled && !isWithin(ordinals, ordinalOf(pod));
  return { set: deletesDeleted && !isScaledAway, pod: isScaledAway };
}

/**
 * The owners that a claim has to have, or null where it has them.
 * Source: Kubernetes, "StatefulSets: PersistentVolumeClaim retention"; KEP-1847.
 */
export function ownersOfClaim(
  set: StatefulSet,
  claim: Claim,
  pod: ClaimUser,
  ordinals: Ordinals,
): readonly OwnerReference[] | null {
  const references = claim.ownerReferences;
  const stale = references.some(
    (one) => (isSet(one, set) && one.uid !== set.uid) || (isPod(one, pod) && one.uid !== pod.uid),
  );
  if (stale) return null;
  const others = references.filter((one) => !isSet(one, set) && !isPod(one, pod));
  if (hasOtherController(set, claim, pod)) {
    return owns(set, claim) || owns(pod, claim) ? others : null;
  }
  const wanted = wantedOwners(set, pod, ordinals);
  const controls = references.every(
    ({ uid, controller }) => (uid !== set.uid && uid !== pod.uid) || controller === true,
  );
  if (controls && owns(set, claim) === wanted.set && owns(pod, claim) === wanted.pod) return null;
  return [
    ...others,
    ...(wanted.pod ? [controllerReference({ kind: "Pod", ...pod })] : []),
    ...(wanted.set ? [controllerReference(set)] : []),
  ];
}
