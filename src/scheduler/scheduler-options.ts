import type { Features } from "../api/features.js";
import type { PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { Client } from "../store/client.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type { CycleTime } from "./cycle-time.js";
import type { DecisionObserver } from "./explain/decision-observer.js";
import type { FactoryOf, ResolvedProfile } from "./framework/profile.js";

export interface SchedulerOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  /** For bindings; its latency is that of a binding. */
  readonly bindingClient: Client;
  /** For conditions, nominations and the deletion of victims. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  readonly features: Features;
  readonly profiles: readonly ResolvedProfile[];
  readonly factoryOf: FactoryOf;
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  /** Upstream's `--pod-max-in-unschedulable-pods-duration`, 5 min. */
  readonly maxUnschedulableMicros: number;
  /** `random`: uniform among the best nodes, from a stream of its own. */
  readonly ties: "random" | "first";
  /** Every so many decisions are compared with the plain form of every rule; absent or 0: none. */
  readonly verifyEvery?: number;
  /** How long a scheduling cycle occupies the scheduler. */
  readonly cycle: CycleTime;
  /** How long the containers of a pod will run, where whoever made it knows. */
  readonly expectedRunMicros?: (pod: PodVersion) => TimeMicros | null;
  /** Follows the decisions about some pods; nothing is recorded without. */
  readonly decisions?: DecisionObserver;
}
