import { reservation } from "../api/volumes/binding-outcome.js";
import { type Claim, SELECTED_NODE, isFullyBound } from "../api/volumes/claims.js";
import { VolumeNodeAffinity } from "../api/volumes/matching.js";
import type { WriteRequest } from "../store/request.js";
import { conflictMessage } from "../store/verbs/server-context.js";
import type { VolumeStep } from "./framework/interfaces.js";
import type { Listers } from "./framework/listers.js";
import type { Snapshot } from "./framework/snapshot.js";

interface VolumeSource {
  readonly listers: Listers;
  readonly snapshot: Snapshot;
}

/** What is written for a step of PreBind: nothing where it is written already; a string: impossible. */
export function volumeWrite(
  step: VolumeStep,
  { listers }: VolumeSource,
): WriteRequest | null | string {
  const claim = claimOf(step, listers);
  if (claim === undefined) return `persistentvolumeclaims "${nameOf(step)}" not found`;
  if (step.kind === "bindClaim") {
    const volume = listers.persistentVolumes.get(step.volume);
    if (volume === undefined) return `persistentvolumes "${step.volume}" not found`;
    if (volume.resourceVersion !== step.version) return conflictMessage(volume);
    if (volume.spec.claimRef?.uid === claim.uid) return null;
    return { verb: "update", base: volume, change: reservation(claim, volume) };
  }
  if (claim.resourceVersion !== step.version) return conflictMessage(claim);
  if (claim.annotations[SELECTED_NODE] === step.nodeName) return null;
  const annotations = { ...claim.annotations, [SELECTED_NODE]: step.nodeName };
  return { verb: "update", base: claim, change: { annotations } };
}

function nameOf({ claim }: VolumeStep): string {
  return claim.slice(claim.indexOf("/") + 1);
}

function claimOf({ claim }: VolumeStep, listers: Listers): Claim | undefined {
  const [namespace = "", name = ""] = claim.split("/");
  return listers.persistentVolumeClaims.get(namespace, name);
}

const affinity = new VolumeNodeAffinity();

/**
 * Whether what a step asked for has come about, as far as the scheduler's watches tell; a string says
 * why it will not. `writtenVersion` is the resourceVersion of the step's own write, 0 for none: what is
 * older tells nothing yet.
 * Source: kube-scheduler `volumebinding`, checkBindings.
 */
export function isStepDone(
  step: VolumeStep,
  nodeName: string,
  writtenVersion: number,
  { listers, snapshot }: VolumeSource,
): boolean | string {
  const claim = claimOf(step, listers);
  if (claim === undefined) {
    return `failed to check binding: persistentvolumeclaim "${nameOf(step)}" not found`;
  }
  const labels = snapshot.get(nodeName)?.labels;
  if (labels === undefined) return `failed to get node "${nodeName}"`;
  if (step.kind === "bindClaim") {
    const volume = listers.persistentVolumes.get(step.volume);
    if (volume === undefined) {
      return `failed to check binding: persistentvolume "${step.volume}" not found`;
    }
    if (volume.resourceVersion < writtenVersion) return false;
    if (!affinity.allows(volume, labels)) return unreachable(step.volume, nodeName);
    if ((volume.spec.claimRef?.uid ?? "") === "")
      return `ClaimRef got reset for pv "${step.volume}"`;
    return isFullyBound(claim);
  }
  if (claim.resourceVersion < writtenVersion) return false;
  if (claim.annotations[SELECTED_NODE] !== nodeName) {
    return `provisioning failed for PVC "${claim.name}"`;
  }
  const volume = listers.persistentVolumes.get(claim.spec.volumeName ?? "");
  if (volume !== undefined && !affinity.allows(volume, labels)) {
    return unreachable(volume.name, nodeName);
  }
  return isFullyBound(claim) && volume !== undefined;
}

function unreachable(volumeName: string, nodeName: string): string {
  return `pv "${volumeName}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`;
}
