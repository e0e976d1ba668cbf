import type { Labels } from "../kubernetes.js";
import { SelectorError, compileLabelSelector } from "../label-selector.js";
import { CompiledNodeSelector } from "../node-selector.js";
import { parseBytes } from "../quantity.js";
import { type Claim, type PersistentVolume, className } from "./claims.js";

/** Requested storage of a claim in bytes; 0 where it states none. */
export function requestedBytes(claim: Claim): number {
  const storage = claim.spec.resources?.requests?.storage;
  return storage === undefined ? 0 : parseBytes(storage);
}

export function capacityBytes(volume: PersistentVolume): number {
  const storage = volume.spec.capacity?.storage;
  return storage === undefined ? 0 : parseBytes(storage);
}

/** Compiled node affinities of volumes, by the identity of their spec. */
export class VolumeNodeAffinity {
  private readonly compiled = new WeakMap<PersistentVolume["spec"], CompiledNodeSelector | null>();

  /** True if the volume can be used from a node of these labels. */
  allows(volume: PersistentVolume, labels: Labels): boolean {
    let selector = this.compiled.get(volume.spec);
    if (selector === undefined) {
      const required = volume.spec.nodeAffinity?.required;
      selector = required === undefined ? null : new CompiledNodeSelector(required);
      this.compiled.set(volume.spec, selector);
    }
    // Only labels count here, so the node has no name.
    return selector === null || selector.matches({ name: "", labels });
  }
}

/** The labels of nodes that decide whether a volume can be used there; null where something else does, too. */
export function affinityKeys(volume: PersistentVolume): readonly string[] | null {
  const terms = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  if (terms.some(({ matchFields = [] }) => matchFields.length > 0)) return null;
  return terms.flatMap(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key));
}

/** Whether a volume that is reserved for the claim is of use to it, leaving nodes aside. */
export function canKeep(volume: PersistentVolume, claim: Claim): boolean {
  if (capacityBytes(volume) < requestedBytes(claim)) return false;
  if (!hasVolumeMode(volume, claim) || !hasAttributesClass(volume, claim)) return false;
  return volume.deletionTimeMicros === null;
}

/**
 * Whether a claim can take a volume that nobody has reserved, leaving nodes aside.
 * Source: Kubernetes `component-helpers/storage/volume`, FindMatchingVolume.
 */
export function canTake(volume: PersistentVolume, claim: Claim): boolean {
  if ((volume.spec.claimRef ?? null) !== null) return false;
  if (!canKeep(volume, claim) || volume.status?.phase !== "Available") return false;
  if (claim.spec.selector !== undefined) {
    const selector = compileLabelSelector(claim.spec.selector);
    if (selector instanceof SelectorError || !selector.matches(volume.labels)) return false;
  }
  return className(volume) === className(claim) && hasAccessModes(volume, claim);
}

/** Whether the volume can be mounted in all the ways that the claim asks for. */
function hasAccessModes(volume: PersistentVolume, claim: Claim): boolean {
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode));
}

/** Why a claim that asks for that very volume cannot have it; null if it can. */
export function mismatch(volume: PersistentVolume, claim: Claim): string | null {
  if (capacityBytes(volume) < requestedBytes(claim)) return "requested PV is too small";
  if (className(volume) !== className(claim)) return "storageClassName does not match";
  if (!hasAttributesClass(volume, claim)) return "volumeAttributesClassName does not match";
  if (!hasVolumeMode(volume, claim)) return "incompatible volumeMode";
  return hasAccessModes(volume, claim) ? null : "incompatible accessMode";
}

/** KEP-3751; versions without it drop both fields. */
function hasAttributesClass(volume: PersistentVolume, claim: Claim): boolean {
  const { volumeAttributesClassName: wanted } = claim.spec;
  return (volume.spec.volumeAttributesClassName ?? "") === (wanted ?? "");
}

function hasVolumeMode(volume: PersistentVolume, claim: Claim): boolean {
  return (volume.spec.volumeMode ?? "Filesystem") === (claim.spec.volumeMode ?? "Filesystem");
}
