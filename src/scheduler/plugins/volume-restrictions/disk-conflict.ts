import type { PodSpec, Volume } from "../../../api/kubernetes.js";

interface Disk {
  readonly key: string;
  readonly readOnly: boolean;
}

/** The disk behind an in-line volume, as a key that is the same for the same disk. */
function diskOf(volume: Volume): Disk | null {
  const { gcePersistentDisk: gce, awsElasticBlockStore: aws, iscsi } = volume;
  if (gce !== undefined) return { key: `gce ${gce.pdName}`, readOnly: gce.readOnly === true };
  // EBS volumes are attached once, read-only or not.
  if (aws !== undefined) return { key: `aws ${aws.volumeID}`, readOnly: false };
  if (iscsi !== undefined) return { key: `iscsi ${iscsi.iqn}`, readOnly: iscsi.readOnly === true };
  return null;
}

/** Ceph images are the same if pool and image agree and the lists of monitors overlap. */
function rbdConflict(a: Volume["rbd"], b: Volume["rbd"]): boolean {
  if (a === undefined || b === undefined) return false;
  if ((a.pool ?? "rbd") !== (b.pool ?? "rbd") || a.image !== b.image) return false;
  if (!a.monitors.some((monitor) => b.monitors.includes(monitor))) return false;
  return !(a.readOnly === true && b.readOnly === true);
}

function conflicts(a: Volume, b: Volume): boolean {
  const disk = diskOf(a);
  const other = disk === null ? null : diskOf(b);
  if (disk !== null && other !== null && disk.key === other.key) {
    return !(disk.readOnly && other.readOnly);
  }
  return rbdConflict(a.rbd, b.rbd);
}

/** Volumes of a pod that other pods may be in conflict with. */
export function diskVolumes(spec: PodSpec): readonly Volume[] {
  return (spec.volumes ?? []).filter(
    (volume) => diskOf(volume) !== null || volume.rbd !== undefined,
  );
}

/** True if two pods may not use these disks on one node: the same disk, not both read-only. */
export function disksConflict(a: readonly Volume[], b: readonly Volume[]): boolean {
  return a.some((volume) => b.some((other) => conflicts(volume, other)));
}
