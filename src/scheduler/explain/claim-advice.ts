import { allowsTopology } from "../../api/volumes/allowed-topologies.js";
import {
  type Claim,
  NO_PROVISIONER,
  type PersistentVolume,
  SELECTED_NODE,
  type StorageClass,
  className,
  isBoundTo,
  namesNoClass,
} from "../../api/volumes/claims.js";
import { defaultStorageClass } from "../../api/volumes/default-class.js";
import { canTake, mismatch } from "../../api/volumes/matching.js";
import type { Listers } from "../framework/listers.js";
import type { NodeInfo } from "../framework/node-info.js";
import { meantText } from "./near-name.js";
import { requirementText } from "./node-choice.js";
import { listText, nodesText } from "./node-text.js";
import { NOTHING_TO_DO } from "./passing.js";
import { usableFrom, volumePlaceText } from "./volume-place.js";

const MAX_NAMED = 3;

/** What a claim could be bound to, and the nodes that this matters for. */
export interface Offer {
  readonly listers: Listers;
  readonly nodes: readonly NodeInfo[];
  readonly all: readonly NodeInfo[];
}

/** Why a claim that does not wait for its first consumer is not bound yet, and what would help. */
export function unboundText(claim: Claim, offer: Offer): string {
  const volumeName = claim.spec.volumeName ?? "";
  if (volumeName !== "") return namedText(claim, volumeName, offer.listers);
  const [fitting] = fittingVolumes(claim, offer.listers);
  if (fitting !== undefined) return soonText(claim, fitting);
  const { storageClasses } = offer.listers;
  const byDefault = namesNoClass(claim) ? defaultStorageClass(storageClasses.list()) : undefined;
  if (byDefault !== undefined) {
    return `${itsText(claim)} names no StorageClass, and has not got the default one, ${byDefault.name}, yet: from Kubernetes 1.26 on it soon gets it; before, create the claim anew.`;
  }
  const name = className(claim);
  const storageClass = storageClasses.get(name);
  if (storageClass !== undefined) {
    return (
      classText(claim, storageClass, offer) ??
      `The provisioner of the StorageClass ${name} is about to make a volume for its PersistentVolumeClaim ${claim.name}: ${NOTHING_TO_DO}`
    );
  }
  if (name !== "") {
    const names = storageClasses.list().map((one) => one.name);
    const meant = meantText(name, names, ".");
    return `${itsText(claim)} names the StorageClass ${name}, and there is none of that name${meant} ${helpText(claim, offer.listers, ["correct the claim's storageClassName", "create the class"])}`;
  }
  return namesNoClass(claim)
    ? `${itsText(claim)} names no StorageClass, none is the default, and no free volume fits. ${helpText(claim, offer.listers, [addText(claim), "add a default StorageClass"])}`
    : `${itsText(claim)} asks for a volume without StorageClass, and no free one fits. ${helpText(claim, offer.listers, [addText(claim), "name a StorageClass with a provisioner"])}`;
}

/** Why these nodes have nothing for a claim that waits for its first consumer; null if they have. */
export function delayedText(claim: Claim, offer: Offer): string | null {
  const selected = claim.annotations[SELECTED_NODE];
  if (selected !== undefined) {
    return `A volume for its PersistentVolumeClaim ${claim.name} is being made for ${selected}, so the pod must go there.`;
  }
  const storageClass = offer.listers.storageClasses.get(className(claim));
  if (storageClass === undefined) return null;
  const fitting = fittingVolumes(claim, offer.listers);
  if (fitting.some((volume) => offer.nodes.some(usableFrom(volume)))) return null;
  return classText(claim, storageClass, offer, fitting);
}

/** What the class cannot do for the claim; null if it makes a volume. */
function classText(
  claim: Claim,
  { name, spec }: StorageClass,
  { listers, nodes, all }: Offer,
  elsewhere: readonly PersistentVolume[] = [],
): string | null {
  const { provisioner, allowedTopologies = [] } = spec;
  const the = `The StorageClass ${name} of its PersistentVolumeClaim ${claim.name}`;
  if (provisioner === "" || provisioner === NO_PROVISIONER) {
    const makes = `${the} makes no volumes (${NO_PROVISIONER})`;
    const [other] = elsewhere;
    if (other === undefined) {
      return `${makes}, and no free one fits. ${helpText(claim, listers, [addText(claim)])}`;
    }
    const there = all.filter(usableFrom(other));
    const room = there.length === 0 ? "add a node there" : `make room there (${nodesText(there)})`;
    return `${makes}, and the free volume ${other.name} can be used only where nodes have ${volumePlaceText(other)}${there.length === 0 ? ", where no node is" : ""}. ${helpText(claim, listers, [room, `${addText(claim)} for these nodes`])}`;
  }
  if (nodes.some(({ labels }) => allowsTopology(allowedTopologies, labels))) {
    return claim.spec.selector === undefined
      ? null
      : `${itsText(claim)} has a selector, and for such a claim no volume is made. ${helpText(claim, listers, [addText(claim), "take the selector away"])}`;
  }
  const places = allowedTopologies.map(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions
      .map(({ key, values }) => requirementText({ key, operator: "In", values: [...values] }))
      .join(" and "),
  );
  const makes = `${the} makes volumes only where nodes have ${places.join(" or ")} (allowedTopologies)`;
  const there = all.filter(({ labels }) => allowsTopology(allowedTopologies, labels));
  return there.length === 0
    ? `${makes}, and no node is there. ${helpText(claim, listers, ["add a node there", "correct the allowedTopologies"])}`
    : `${makes}. ${helpText(claim, listers, [`make room there (${nodesText(there)})`, "widen the allowedTopologies"])}`;
}

/** A claim that asks for that very volume. */
function namedText(claim: Claim, volumeName: string, listers: Listers): string {
  const { persistentVolumes, persistentVolumeClaims } = listers;
  const volume = persistentVolumes.get(volumeName);
  const asks = `${itsText(claim)} asks for the volume ${volumeName}`;
  if (volume === undefined) {
    const names = persistentVolumes.list().map(({ name }) => name);
    return `${asks}, and there is no PersistentVolume of that name${meantText(volumeName, names, ".")} Create it, or correct the claim's volumeName.`;
  }
  if (isBoundTo(volume, claim)) return soonText(claim, volume);
  const { claimRef } = volume.spec;
  if ((claimRef ?? null) !== null) {
    const { namespace = "", name = "" } = claimRef!;
    const other = persistentVolumeClaims.get(namespace, name);
    return other !== undefined && isBoundTo(volume, other)
      ? `${asks}, which another claim has, ${namespace}/${name}: name another volume.`
      : `${asks}, which is still reserved for a claim that is gone, ${namespace}/${name}: free it (remove its claimRef), or name another volume.`;
  }
  const misfit = misfitText(volume, claim);
  return misfit === null
    ? soonText(claim, volume)
    : `${asks}, which ${misfit}: name another volume, or correct the claim.`;
}

/** Why the volume does not do for the claim: `is too small (1Gi, and 5Gi are asked for)`. */
function misfitText(volume: PersistentVolume, claim: Claim): string | null {
  const modes = (object: PersistentVolume | Claim) => (object.spec.accessModes ?? []).join(", ");
  const classOf = (object: PersistentVolume | Claim) => {
    const name = className(object);
    return name === "" ? "no class" : `the class ${name}`;
  };
  const problem = mismatch(volume, claim);
  switch (problem) {
    case null:
      return null;
    case "requested PV is too small":
      return `is too small (${volume.spec.capacity?.storage ?? 0}, and ${sizeOf(claim)} are asked for)`;
    case "storageClassName does not match":
      return `has ${classOf(volume)}, where the claim has ${classOf(claim)}`;
    case "incompatible accessMode":
      return `has other accessModes (${modes(volume)}) than are asked for (${modes(claim)})`;
    default:
      return "has another volumeMode than is asked for";
  }
}

/** Volumes that the claim would get, the one that is reserved for it first. */
function fittingVolumes(claim: Claim, { persistentVolumes }: Listers): readonly PersistentVolume[] {
  const reserved = [...persistentVolumes.reservedFor(claim)].filter((one) => isBoundTo(one, claim));
  const free = [...persistentVolumes.unclaimed(className(claim))];
  // A new volume has no phase until the volume controller has seen it.
  const isNew = ({ status }: PersistentVolume) => (status?.phase ?? "Pending") === "Pending";
  return [...reserved, ...free.filter((one) => canTake(isNew(one) ? freed(one) : one, claim))];
}

/** What would help, beginning with volumes that would do if they were free. */
function helpText(claim: Claim, { persistentVolumes }: Listers, helps: readonly string[]): string {
  const volumes = persistentVolumes.list();
  const released = volumes.filter((one) => isReleased(one) && canTake(freed(one), claim));
  const names = listText(
    released.map(({ name }) => name),
    MAX_NAMED,
  );
  const all = [
    ...(released.length > 0
      ? [`free ${names}, which would fit but is Released (remove its claimRef)`]
      : []),
    ...helps,
  ].join(", or ");
  const near = released.length > 0 ? undefined : volumes.find((one) => isNearMiss(one, claim));
  const miss =
    near === undefined ? "" : ` The free volume ${near.name} ${misfitText(near, claim)}.`;
  return `${all[0]!.toUpperCase()}${all.slice(1)}.${miss}`;
}

/** A free volume of the claim's class that does not fit. */
function isNearMiss(volume: PersistentVolume, claim: Claim): boolean {
  const isFree = (volume.spec.claimRef ?? null) === null;
  return isFree && className(volume) === className(claim) && misfitText(volume, claim) !== null;
}

function isReleased({ status }: PersistentVolume): boolean {
  return status?.phase === "Released";
}

function freed(volume: PersistentVolume): PersistentVolume {
  const { claimRef: _, ...spec } = volume.spec;
  return { ...volume, spec, status: { phase: "Available" } };
}

/** `add a PersistentVolume of the class local of at least 5Gi with ReadWriteOnce`. */
function addText(claim: Claim): string {
  const name = className(claim);
  const modes = (claim.spec.accessModes ?? []).join(" and ");
  return [
    `add a PersistentVolume ${name === "" ? "without class" : `of the class ${name}`}`,
    `of at least ${sizeOf(claim)}`,
    ...(modes === "" ? [] : [`with ${modes}`]),
    ...(claim.spec.selector === undefined ? [] : ["and the labels that the claim selects"]),
  ].join(" ");
}

function sizeOf(claim: Claim): string {
  return `${claim.spec.resources?.requests?.storage ?? 0}`;
}

function itsText({ name }: Claim): string {
  return `Its PersistentVolumeClaim ${name}`;
}

function soonText(claim: Claim, volume: PersistentVolume): string {
  return `${itsText(claim)} is about to be bound to the volume ${volume.name}: ${NOTHING_TO_DO}`;
}
