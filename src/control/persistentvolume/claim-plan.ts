import type { Labels } from "../../api/kubernetes.js";
import { newMeta } from "../../api/new-object.js";
import { objectKey } from "../../api/object-version.js";
import { ZONE, bindOutcome, provisionOutcome } from "../../api/volumes/binding-outcome.js";
import {
  type Claim,
  NO_PROVISIONER,
  type PersistentVolume,
  SELECTED_NODE,
  type StorageClass,
  className,
  isBoundTo,
  isFullyBound,
  namesNoClass,
  waitsForConsumer,
} from "../../api/volumes/claims.js";
import { mismatch } from "../../api/volumes/matching.js";
import type { EventType } from "../../record/cluster-observer.js";
import type { WriteRequest } from "../../store/request.js";

/** What a claim's fate depends on besides itself. */
export interface VolumeWorld {
  volume(name: string): PersistentVolume | undefined;
  /** A volume that somebody has reserved for the claim. */
  reservedFor(claim: Claim): PersistentVolume | undefined;
  /** The volume that suits the claim best of those that nobody has. */
  bestFor(claim: Claim): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
  /** The class of claims that name none; undefined where there is none, or it may not be given later. */
  defaultClass(): StorageClass | undefined;
  /** Labels of a node; undefined where it is gone. */
  nodeLabels(name: string): Labels | undefined;
  /** Whether a provisioner that was asked for a volume of the claim, now at the latest, has made it. */
  isProvisioned(claim: Claim, storageClass: StorageClass): boolean;
  /** As {@link provisioningZone}. */
  zoneFor(claim: Claim, storageClass: StorageClass): string | undefined | null;
}

interface PlannedEvent {
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** What is to be done for a claim now. */
export interface ClaimPlan {
  readonly writes: readonly WriteRequest[];
  /** True if it is to be looked at again when volumes or classes change. */
  readonly waits: boolean;
  readonly event: PlannedEvent | null;
}

const NOTHING: ClaimPlan = { writes: [], waits: false, event: null };

const write = (...writes: readonly WriteRequest[]): ClaimPlan => ({ ...NOTHING, writes });
const wait = (type: EventType, reason: string, message: string): ClaimPlan => ({
  writes: [],
  waits: true,
  event: { type, reason, message },
});

/**
 * What the volume controller, and the provisioner of its class, do for a claim. One whose class waits
 * for the first consumer gets what the scheduler has reserved or chosen a node for.
 * Source: Kubernetes, "Persistent Volumes: Binding"; upstream's `syncClaim`.
 */
export function planClaim(claim: Claim, world: VolumeWorld): ClaimPlan {
  if (claim.deletionTimeMicros !== null) return NOTHING;
  const volumeName = claim.spec.volumeName ?? "";
  if (isFullyBound(claim)) {
    const isLost = claim.status.phase === "Lost";
    return isLost ? planLost(claim, world.volume(volumeName)) : NOTHING;
  }
  return volumeName === "" ? planUnnamed(claim, world) : planNamed(claim, volumeName, world);
}

/** A claim that has lost its volume gets one of that name, if it comes. */
function planLost(claim: Claim, volume: PersistentVolume | undefined): ClaimPlan {
  if (volume === undefined) return NOTHING;
  const isFree = (volume.spec.claimRef ?? null) === null;
  return isFree || isBoundTo(volume, claim) ? bindingOf(claim, volume) : NOTHING;
}

/** The claim asks for that very volume. */
function planNamed(claim: Claim, volumeName: string, world: VolumeWorld): ClaimPlan {
  const volume = world.volume(volumeName);
  if (volume === undefined) return { ...NOTHING, waits: true };
  if (isBoundTo(volume, claim)) return bindingOf(claim, volume);
  if ((volume.spec.claimRef ?? null) !== null) {
    const message = `volume "${volumeName}" already bound to a different claim.`;
    return wait("Warning", "FailedBinding", message);
  }
  const problem = mismatch(volume, claim);
  if (problem === null) return bindingOf(claim, volume);
  const message = `Cannot bind to requested volume "${volumeName}": ${problem}`;
  return wait("Warning", "VolumeMismatch", message);
}

function planUnnamed(claim: Claim, world: VolumeWorld): ClaimPlan {
  const reserved = world.reservedFor(claim);
  if (reserved !== undefined) return bindingOf(claim, reserved);
  const storageClass = world.storageClass(className(claim));
  if (waitsForConsumer(storageClass)) return planForConsumer(claim, storageClass!, world);
  const volume = world.bestFor(claim);
  if (volume !== undefined) return bindingOf(claim, volume);
  const byDefault = namesNoClass(claim) ? world.defaultClass() : undefined;
  if (byDefault !== undefined) {
    const spec = { ...claim.spec, storageClassName: byDefault.name };
    return write({ verb: "update", base: claim, change: { spec } });
  }
  if (className(claim) === "") {
    const message = "no persistent volumes available for this claim and no storage class is set";
    return wait("Normal", "FailedBinding", message);
  }
  const problem = provisionerProblem(claim, storageClass);
  if (problem !== null) return wait("Warning", "ProvisioningFailed", problem);
  const zone = world.zoneFor(claim, storageClass!);
  if (zone !== null) return provisioning(claim, storageClass!, { zone, world });
  const message = `failed to provision volume with StorageClass "${storageClass!.name}": no node is in a topology that the class allows`;
  return wait("Warning", "ProvisioningFailed", message);
}

/** A claim that is provisioned for where the scheduler has chosen a node for its pod. */
function planForConsumer(claim: Claim, storageClass: StorageClass, world: VolumeWorld): ClaimPlan {
  const nodeName = claim.annotations[SELECTED_NODE];
  if (nodeName === undefined) {
    const message = "waiting for first consumer to be created before binding";
    return wait("Normal", "WaitForFirstConsumer", message);
  }
  const problem = provisionerProblem(claim, storageClass);
  if (problem !== null) return wait("Warning", "ProvisioningFailed", problem);
  const labels = world.nodeLabels(nodeName);
  if (labels !== undefined) return provisioning(claim, storageClass, { zone: labels[ZONE], world });
  // The scheduler is to choose again.
  const { [SELECTED_NODE]: _, ...annotations } = claim.annotations;
  return write({ verb: "update", base: claim, change: { annotations } });
}

function provisionerProblem(claim: Claim, storageClass: StorageClass | undefined): string | null {
  if (storageClass === undefined) {
    return `storageclass.storage.k8s.io "${className(claim)}" not found`;
  }
  const { name, spec } = storageClass;
  if (spec.provisioner === NO_PROVISIONER)
    return `no volume plugin matched name: ${NO_PROVISIONER}`;
  return claim.spec.selector === undefined
    ? null
    : `failed to provision volume with StorageClass "${name}": claim Selector is not supported`;
}

function provisioning(
  claim: Claim,
  storageClass: StorageClass,
  { zone, world }: { readonly zone: string | undefined; readonly world: VolumeWorld },
): ClaimPlan {
  if (!world.isProvisioned(claim, storageClass)) {
    const message = `External provisioner is provisioning volume for claim "${objectKey(claim)}"`;
    return wait("Normal", "Provisioning", message);
  }
  const made = provisionOutcome(claim, storageClass, zone);
  const outcome = bindOutcome(claim, made);
  const object = {
    kind: "PersistentVolume",
    ...newMeta("", made.name),
    ...outcome.volume,
  } as const;
  return {
    writes: [
      { verb: "create", object },
      { verb: "update", base: claim, change: outcome.claim },
    ],
    waits: false,
    event: {
      type: "Normal",
      reason: "ProvisioningSucceeded",
      message: `Successfully provisioned volume ${made.name}`,
    },
  };
}

/** Volume first, then claim: whoever sees the claim bound can use its volume. */
function bindingOf(claim: Claim, volume: PersistentVolume): ClaimPlan {
  const outcome = bindOutcome(claim, volume);
  return write(
    { verb: "update", base: volume, change: outcome.volume },
    { verb: "update", base: claim, change: outcome.claim },
  );
}
