import {
  BOUND_BY_CONTROLLER,
  type Claim,
  PROVISIONED_BY,
  type PersistentVolume,
  isBoundTo,
} from "../../api/volumes/claims.js";
import type { WriteRequest } from "../../store/request.js";

/**
 * What becomes of a volume that nobody has any more. `claim` is the one of the name that it is
 * reserved for, if there is one. Without its claim it is released and, by its reclaim policy, kept for
 * somebody to look at, deleted, or emptied and offered again; one whose claim has another is given
 * back; one that is reserved for nobody is available.
 * Source: Kubernetes, "Persistent Volumes: Reclaiming"; upstream's `syncVolume`.
 */
export function planRelease(
  volume: PersistentVolume,
  claim: Claim | undefined,
): readonly WriteRequest[] {
  const target = volume;
  const { claimRef, ...unclaimed } = volume.spec;
  if ((claimRef ?? null) === null) {
    if (volume.status.phase === "Available") return [];
    return [{ verb: "patch", target, change: { status: { phase: "Available" } } }];
  }
  const bound = claim === undefined || !isBoundTo(volume, claim) ? undefined : claim;
  const { [BOUND_BY_CONTROLLER]: mark, ...annotations } = volume.annotations;
  const isToBeDeleted = volume.spec.persistentVolumeReclaimPolicy === "Delete";
  if (bound !== undefined) {
    if (!isBoundElsewhere(bound, volume)) return [];
    if (volume.annotations[PROVISIONED_BY] === undefined || !isToBeDeleted) {
      // Who tied the two together by hand has tied them to the claim's name, not to the claim.
      const spec = mark === undefined ? withoutUid(volume) : unclaimed;
      const change = { spec, annotations, status: { phase: "Available" } };
      return [{ verb: "update", base: volume, change }];
    }
  }
  const released = {
    verb: "update",
    base: volume,
    change: { status: { phase: "Released" } },
  } as const;
  const first = volume.status.phase === "Released" ? [] : [released];
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case "Delete":
      return [...first, { verb: "delete", target }];
    case "Recycle": {
      const change = { spec: unclaimed, annotations, status: { phase: "Available" } };
      return [...first, { verb: "patch", target, change }];
    }
    default:
      return first;
  }
}

/** The claim has another volume. */
export function isBoundElsewhere({ spec }: Claim, volume: PersistentVolume): boolean {
  return (spec.volumeName ?? "") !== "" && spec.volumeName !== volume.name;
}

function withoutUid({ spec }: PersistentVolume): PersistentVolume["spec"] {
  const { uid: _, ...claimRef } = spec.claimRef!;
  return { ...spec, claimRef };
}
