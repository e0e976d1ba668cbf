import {
  BOUND_BY_CONTROLLER,
  type Claim,
  type PersistentVolume,
  isBoundTo,
} from "../../api/volumes/claims.js";
import type { WriteRequest } from "../../store/request.js";

/**
 * What becomes of a volume that nobody has any more. `claim` is the one of the name that it is
 * reserved for, if there is one. Without its claim it is released and, by its reclaim policy, kept for
 * somebody to look at, deleted, or emptied and offered again; one that is reserved for nobody is
 * available.
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
  if (claim !== undefined && isBoundTo(volume, claim)) return [];
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
      const { [BOUND_BY_CONTROLLER]: _, ...annotations } = volume.annotations;
      const change = { spec: unclaimed, annotations, status: { phase: "Available" } };
      return [...first, { verb: "patch", target, change }];
    }
    default:
      return first;
  }
}
