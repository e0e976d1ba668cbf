import { newMeta } from "../../api/new-object.js";
import { bindOutcome, provisionOutcome } from "../../api/volumes/binding-outcome.js";
import {
  BOUND_BY_CONTROLLER,
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
 * What the volume controller does for a claim. One whose class waits for the first consumer is the
 * scheduler's, unless somebody has reserved a volume for it or it names one.
 * Source: Kubernetes, "Persistent Volumes: Binding"; upstream's `syncClaim`.
 */
export function planClaim(claim: Claim, world: VolumeWorld): ClaimPlan {
  if (claim.deletionTimeMicros !== null || isFullyBound(claim)) return NOTHING;
  const volumeName = claim.spec.volumeName ?? "";
  return volumeName === "" ? planUnnamed(claim, world) : planNamed(claim, volumeName, world);
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
  const byDefault = namesNoClass(claim) ? world.defaultClass() : undefined;
  if (byDefault !== undefined) {
    const spec = { ...claim.spec, storageClassName: byDefault.name };
    return write({ verb: "update", base: claim, change: { spec } });
  }
  const reserved = world.reservedFor(claim);
  const storageClass = world.storageClass(className(claim));
  if (waitsForConsumer(storageClass)) {
    const byUser = reserved?.annotations[BOUND_BY_CONTROLLER] === undefined;
    const isChosen = claim.annotations[SELECTED_NODE] !== undefined;
    if (reserved !== undefined && byUser && !isChosen) return bindingOf(claim, reserved);
    if (isChosen) return NOTHING;
    const message = "waiting for first consumer to be created before binding";
    return wait("Normal", "WaitForFirstConsumer", message);
  }
  const volume = reserved ?? world.bestFor(claim);
  if (volume !== undefined) return bindingOf(claim, volume);
  if (className(claim) === "") {
    const message = "no persistent volumes available for this claim and no storage class is set";
    return wait("Normal", "FailedBinding", message);
  }
  return planProvisioning(claim, storageClass, world);
}

function planProvisioning(
  claim: Claim,
  storageClass: StorageClass | undefined,
  world: VolumeWorld,
): ClaimPlan {
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${className(claim)}" not found`;
    return wait("Warning", "ProvisioningFailed", message);
  }
  if (storageClass.spec.provisioner === NO_PROVISIONER) {
    const message = `no volume plugin matched name: ${NO_PROVISIONER}`;
    return wait("Warning", "ProvisioningFailed", message);
  }
  const zone = world.zoneFor(claim, storageClass);
  if (zone === null) {
    const message = `failed to provision volume with StorageClass "${storageClass.name}": no node is in a topology that the class allows`;
    return wait("Warning", "ProvisioningFailed", message);
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
      { verb: "patch", target: claim, change: outcome.claim },
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
    { verb: "patch", target: claim, change: outcome.claim },
  );
}
