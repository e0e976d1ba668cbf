import type { TimeMicros } from "../../base/time.js";
import type { PodVersion } from "../../api/pod-version.js";

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
  /** Null for a pod that it did not make. */
  podRun(pod: PodVersion): PodRun | null;
}
