import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { BackoffEntry, ExponentialBackoff } from "./exponential-backoff.js";
import type { PodWorker } from "./pod-worker.js";

/** How long a kubelet waits after a sync with an error: upstream's backOffPeriod. */
const LOOK_AGAIN_MICROS = 10 * MICROS_PER_SECOND;

/** What comes of asking for an image that cannot be pulled, and when the kubelet asks again. */
export interface PullFailure {
  readonly reason: "ErrImagePull" | "ImagePullBackOff";
  readonly againAtMicros: TimeMicros;
}

/**
 * Images that cannot be pulled: each try of a pod makes the wait before its next one longer.
 * Source: Kubernetes, "Images: ImagePullBackOff"; upstream's `images/image_manager.go`.
 */
export class FailedPulls {
  private readonly entries = new WeakMap<PodWorker, Map<string, BackoffEntry>>();

  constructor(private readonly backoff: ExponentialBackoff) {}

  /** The pod asks for the image: it is tried now, unless the last try is too recent. */
  ask(worker: PodWorker, image: string, nowMicros: TimeMicros): PullFailure {
    let ofPod = this.entries.get(worker);
    if (ofPod === undefined) {
      ofPod = new Map();
      this.entries.set(worker, ofPod);
    }
    const entry = ofPod.get(image) ?? null;
    if (entry !== null && this.backoff.isInBackoffSinceUpdate(entry, nowMicros)) {
      const againAtMicros = entry.updatedMicros + entry.delayMicros;
      return { reason: "ImagePullBackOff", againAtMicros };
    }
    const failed = this.backoff.next(entry, nowMicros, nowMicros);
    ofPod.set(image, failed);
    const wait = Math.min(failed.delayMicros, LOOK_AGAIN_MICROS);
    return { reason: "ErrImagePull", againAtMicros: nowMicros + wait };
  }
}
