import type { PodVersion } from "../../api/pod-version.js";
import { attachableOf, identityOf, type VolumeViews } from "../../api/volumes/attachable.js";
import { claimUse } from "../../api/volumes/claims.js";
import type { VolumeIdentity } from "../../api/volumes/volume-times.js";
import type { TimeMicros } from "../../base/time.js";

/** A volume of a pod that is mounted for it, which takes time. */
export interface Mount {
  /** The pod's name of the volume. */
  readonly name: string;
  /** The claim that it goes through; null: none. */
  readonly claimName: string | null;
  readonly identity: VolumeIdentity;
  /** What its node calls it, where it has to be attached; null: it has not. */
  readonly uniqueName: string | null;
  /** When it is, or was, mounted; null: it is not begun. */
  doneMicros: TimeMicros | null;
}

/**
 * The volumes of a pod that have to be mounted: disks and file systems of a storage system. Directories of the node,
 * and what a kubelet writes itself (emptyDir, configMap and the like), take no time.
 */
export function mountsOf(pod: PodVersion, views: VolumeViews): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const { name } = volume;
    const use = claimUse(volume, pod.name);
    const claimName = use?.claimName ?? null;
    const attachable = attachableOf(volume, pod, views);
    if (attachable === "missing") continue;
    if (attachable !== null) {
      const { uniqueName } = attachable;
      mounts.push({ name, claimName, identity: attachable, uniqueName, doneMicros: null });
      continue;
    }
    const claim = use === null ? undefined : views.claim(pod.namespace, use.claimName);
    const bound = views.volume(claim?.spec.volumeName ?? "");
    if (bound === undefined || bound.spec.hostPath !== undefined || bound.spec.local !== undefined)
      continue;
    const identity = identityOf(bound);
    mounts.push({ name, claimName, identity, uniqueName: null, doneMicros: null });
  }
  return mounts;
}
