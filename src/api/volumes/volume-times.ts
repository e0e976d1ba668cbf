import type { TimeMicros } from "../../base/time.js";

/** What takes time because a storage system, or a node, does it. */
export type VolumeOperation =
  | "provision"
  | "attach"
  | "detach"
  | "mount"
  | "unmount"
  | "expand"
  | "resizeFileSystem";

/** A volume as those who ask for times know it. */
export interface VolumeIdentity {
  /** The claim's namespace and name, or what else names the volume the same in every run. */
  readonly key: string;
  /** Empty for none. */
  readonly storageClass: string;
  /** Its CSI driver; empty for a volume without one. */
  readonly driver: string;
}

/** How long operations on volumes take: each question is the next operation of its kind on its volume. */
export interface VolumeTimes {
  micros(operation: VolumeOperation, volume: VolumeIdentity): TimeMicros;
}

/** Nothing takes time. */
export const INSTANT_VOLUMES: VolumeTimes = { micros: () => 0 };
