import type { PodSpec, Volume } from "../kubernetes.js";
import type { ObjectVersion } from "../object-version.js";
import { type Claim, claimUse, className, type PersistentVolume } from "./claims.js";
import { csiDriverOf, inTreeVolume } from "./csi-migration.js";
import type { VolumeIdentity } from "./volume-times.js";

/** A volume that has to be attached to a node before it can be mounted there. */
export interface AttachableVolume extends VolumeIdentity {
  /** Kubernetes' unique name of it, as nodes list it in their status. */
  readonly uniqueName: string;
  /** Its PersistentVolume, or of a disk that a pod names itself the pod's name of it. */
  readonly name: string;
  readonly handle: string;
  /** Its PersistentVolume; null for a disk that a pod names itself. */
  readonly persistentVolume: string | null;
  /** It may be attached to several nodes at once. */
  readonly isShared: boolean;
}

/** What is known of a cluster's volumes. */
export interface VolumeViews {
  claim(namespace: string, name: string): Claim | undefined;
  volume(name: string): PersistentVolume | undefined;
  driver(name: string): ObjectVersion<"CSIDriver"> | undefined;
}

/** Where the data of a volume are: a CSI driver's volume, also of an in-tree plugin that a driver stands for. */
export function csiSource(
  source: Volume | PersistentVolume["spec"],
): { readonly driver: string; readonly handle: string } | null {
  const { csi } = source as PersistentVolume["spec"];
  if (csi !== undefined && csi.volumeHandle !== undefined) {
    return { driver: csi.driver, handle: csi.volumeHandle };
  }
  const inTree = inTreeVolume(source);
  const driver = inTree === null ? undefined : csiDriverOf(inTree.plugin);
  return inTree === null || driver === undefined ? null : { driver, handle: inTree.id };
}

/**
 * Whether several nodes may have the volume at once: one that does not say how it may be used may.
 * Source: upstream's `util.IsMultiAttachAllowed`.
 */
function mayBeShared({ accessModes = [] }: PersistentVolume["spec"]): boolean {
  if (accessModes.length === 0) return true;
  return accessModes.some((mode) => mode === "ReadWriteMany" || mode === "ReadOnlyMany");
}

/** The same name for the same volume in every run, for draws. */
export function identityOf(volume: PersistentVolume): VolumeIdentity {
  const { claimRef } = volume.spec;
  const key =
    claimRef === undefined || claimRef === null
      ? volume.name
      : `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}`;
  const driver = csiSource(volume.spec)?.driver ?? "";
  return { key, storageClass: className(volume), driver };
}

/** A bound PersistentVolume as what has to be attached; null where it need not be. */
function attachableVolume(
  volume: PersistentVolume,
  views: Pick<VolumeViews, "driver">,
): AttachableVolume | null {
  const source = csiSource(volume.spec);
  if (source === null || !isAttached(source.driver, views)) return null;
  return {
    ...identityOf(volume),
    uniqueName: uniqueName(source),
    name: volume.name,
    handle: source.handle,
    persistentVolume: volume.name,
    isShared: mayBeShared(volume.spec),
  };
}

/** A volume of a pod's spec that goes to a node; `missing`: its claim is not bound yet. */
export function attachableOf(
  volume: Volume,
  pod: { readonly namespace: string; readonly name: string; readonly spec: PodSpec },
  views: VolumeViews,
): AttachableVolume | null | "missing" {
  const use = claimUse(volume, pod.name);
  if (use !== null) {
    const claim = views.claim(pod.namespace, use.claimName);
    const { volumeName = "" } = claim?.spec ?? {};
    if (claim?.status.phase !== "Bound" || volumeName === "") return "missing";
    const bound = views.volume(volumeName);
    return bound === undefined ? "missing" : attachableVolume(bound, views);
  }
  if (inTreeVolume(volume) === null) return null;
  const source = csiSource(volume);
  if (source === null || !isAttached(source.driver, views)) return null;
  return {
    key: source.handle,
    storageClass: "",
    driver: source.driver,
    uniqueName: uniqueName(source),
    name: volume.name,
    handle: source.handle,
    persistentVolume: null,
    isShared: false,
  };
}

function uniqueName({ driver, handle }: { readonly driver: string; readonly handle: string }) {
  return `kubernetes.io/csi/${driver}^${handle}`;
}

function isAttached(driver: string, views: Pick<VolumeViews, "driver">): boolean {
  return views.driver(driver)?.spec.attachRequired !== false;
}
