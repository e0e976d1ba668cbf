import { BOUND_BY_CONTROLLER, type PersistentVolume } from "../../api/volumes/claims.js";
import type { WriteRequest } from "../../store/request.js";

/**
 * What becomes of a volume whose claim is gone, by its reclaim policy: it is kept for somebody to look
 * at, deleted, or emptied and offered again.
 * Source: Kubernetes, "Persistent Volumes: Reclaiming".
 */
export function planRelease(volume: PersistentVolume): readonly WriteRequest[] {
  const target = volume;
  const released = { verb: "patch", target, change: { status: { phase: "Released" } } } as const;
  switch (volume.spec.persistentVolumeReclaimPolicy) {
    case "Delete":
      return [released, { verb: "delete", target }];
    case "Recycle": {
      const { claimRef: _, ...spec } = volume.spec;
      const { [BOUND_BY_CONTROLLER]: __, ...annotations } = volume.annotations;
      const change = { spec, annotations, status: { phase: "Available" } };
      return [released, { verb: "patch", target, change }];
    }
    default:
      return [released];
  }
}
