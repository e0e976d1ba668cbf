import type { VersionOf } from "../api/object-version.js";
import type { VolumeTimes } from "../api/volumes/volume-times.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { Client } from "../store/client.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type { BehaviorSource } from "./container-behavior.js";
import type { BackoffLimits } from "./exponential-backoff.js";
import type { ImageGcPolicy } from "./garbage/image-gc.js";
import type { ImagePulling } from "./image-pulls.js";
import type { ShutdownGracePeriod } from "./node-shutdown.js";
import type { PodStatusFeatures } from "./pod-status.js";
import type { EvictionPolicy } from "./pressure/eviction-policy.js";

export interface KubeletsOptions {
  readonly engine: Engine;
  /** Of the kubelets: their watch lag. */
  readonly informers: InformerFactory;
  /**
   * Of the kubelets. Upstream's limit (50 a second, 100 at once) is one kubelet's; this client is
   * that of all of them, so it should have none.
   */
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly behavior: BehaviorSource;
  /** How long volumes take to be mounted and unmounted; absent: no time. */
  readonly volumeTimes?: VolumeTimes;
  readonly features: PodStatusFeatures;
  /** Of resizes that wait the most urgent pod's is tried first; absent: the one that waits longest. */
  readonly resizesByPriority?: boolean;
  readonly imagePulling: (node: VersionOf<"Node">) => ImagePulling;
  /** When images are removed from a node's disk. */
  readonly imagePolicy: ImageGcPolicy;
  /** When pods are evicted because their node is short of something. */
  readonly evictionPolicy: EvictionPolicy;
  /** What pods of which priority get when their node is switched off in good order; none: nobody waits for them. */
  readonly shutdownGracePeriods: readonly ShutdownGracePeriod[];
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  /** Upstream's `nodeStatusUpdateFrequency`, 10 s. */
  readonly nodeStatusUpdateFrequencyMicros: TimeMicros;
  /** The first and the longest wait before a restart. Default: upstream's, 10 s and 5 min. */
  readonly crashLoopBackoff?: BackoffLimits;
  /** The same before an image is pulled again. */
  readonly imagePullBackoff?: BackoffLimits;
}
