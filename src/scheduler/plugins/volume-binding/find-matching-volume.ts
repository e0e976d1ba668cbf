import type { Labels } from "../../../api/kubernetes.js";
import { SelectorError, compileLabelSelector } from "../../../api/label-selector.js";
import { CompiledNodeSelector } from "../../../api/node-selector.js";
import { parseBytes } from "../../../api/quantity.js";
import { type Claim, type PersistentVolume, className, isBoundTo } from "../volumes/claims.js";

/** Requested storage of a claim in bytes; 0 where it states none. */
export function requestedBytes(claim: Claim): number {
  const storage = claim.spec.resources?.requests?.storage;
  return storage === undefined ? 0 : parseBytes(storage);
}

function capacityBytes(volume: PersistentVolume): number {
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

/** What of a volume does not depend on the node. */
function suits(volume: PersistentVolume, claim: Claim): boolean {
  if (volume.spec.claimRef !== undefined && !isBoundTo(volume, claim)) return false;
  if (capacityBytes(volume) < requestedBytes(claim)) return false;
  if ((volume.spec.volumeMode ?? "Filesystem") !== (claim.spec.volumeMode ?? "Filesystem")) {
    return false;
  }
  return volume.deletionTimeMicros === null;
}

/** What only a volume must have that nobody has reserved for the claim. */
function isAvailableFor(volume: PersistentVolume, claim: Claim): boolean {
  if (volume.status?.phase !== "Available") return false;
  if (claim.spec.selector !== undefined) {
    const selector = compileLabelSelector(claim.spec.selector);
    if (selector instanceof SelectorError || !selector.matches(volume.labels)) return false;
  }
  if (className(volume) !== className(claim)) return false;
  const modes = volume.spec.accessModes ?? [];
  return (claim.spec.accessModes ?? []).every((mode) => modes.includes(mode));
}

/**
 * The volume that a claim would be bound to on a node of these labels: one that is reserved for it,
 * else the smallest that is large enough, the first of `volumes` among equals. Undefined if there is
 * none. Source: Kubernetes `component-helpers/storage/volume`, FindMatchingVolume.
 */
export function findMatchingVolume(
  claim: Claim,
  volumes: readonly PersistentVolume[],
  labels: Labels,
  {
    affinity,
    taken,
  }: { readonly affinity: VolumeNodeAffinity; readonly taken: ReadonlySet<string> },
): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (taken.has(volume.name) || !suits(volume, claim)) continue;
    const allowed = affinity.allows(volume, labels);
    if (isBoundTo(volume, claim)) return allowed ? volume : undefined;
    if (!allowed || !isAvailableFor(volume, claim)) continue;
    if (smallest === undefined || capacityBytes(volume) < capacityBytes(smallest)) {
      smallest = volume;
    }
  }
  return smallest;
}
