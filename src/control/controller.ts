import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { Client } from "../store/client.js";
import type { InformerFactory } from "../store/informer-factory.js";

/** What every controller is built from. */
export interface ControllerOptions {
  readonly engine: Engine;
  readonly informers: InformerFactory;
  /** The controller's own connection: upstream gives each its own rate limit. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970, for timestamps in status conditions. */
  readonly startTimeMs: number;
  /** Keys that are synced at one time; undefined for upstream's default. */
  readonly workers?: number | undefined;
  /** The cluster's version, `26` for 1.26; undefined for the newest behaviour. */
  readonly kubernetesMinor?: number | undefined;
  /** Upstream's `--terminated-pod-gc-threshold`; undefined for its default. */
  readonly terminatedPodGCThreshold?: number | undefined;
}

/** A control loop: it registers its event handlers when it is built and begins with `start`. */
export interface Controller {
  start(): void;
}
