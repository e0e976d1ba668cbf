import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";

/**
 * What whoever made a pod says of its containers: it counts for more than any entry of `behavior`.
 * What is absent is not said.
 */
export interface PodRun {
  /** From the start of a container's process until it ends by itself; null: never. */
  readonly runMicros?: TimeMicros | null;
  readonly startMicros?: TimeMicros;
  readonly stopMicros?: TimeMicros;
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
}

/** A part of the workload that made pods and knows what they do. */
export interface PodRunSource {
  /**
   * Names of what it makes are this prefix, which ends in a dash, and a number; its pods are those objects, or belong to
   * them or to what a controller has made for them. Absent: a pod of any name may be its.
   */
  readonly names?: { readonly namespace: string; readonly prefix: string };
  /** Null for a pod that it did not make. */
  podRun(pod: PodVersion): PodRun | null;
}
