import { type Features, featuresOf, NEWEST_MINOR } from "../api/features.js";
import type { Kind } from "../api/kinds.js";
import type { VolumeTimes } from "../api/volumes/volume-times.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine } from "../kernel/engine.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { PodAdmission } from "../store/admission/admission.js";
import type { Client } from "../store/client.js";
import type { InformerFactory } from "../store/informer-factory.js";
import type {
  ExternalMetricsServer,
  MetricsClient,
} from "./horizontal-pod-autoscaler/metrics-client.js";

/** A flag of kube-controller-manager. */
export interface ControllerFlag {
  /** Upstream's name in camel case: its key under `controlPlane.controllerManager`. */
  readonly name: string;
  /** A whole number (default), a duration in microseconds, or any number. */
  readonly form?: "count" | "duration" | "number";
  /** The least that it may be; 1 of a duration means longer than 0. */
  readonly least: 0 | 1;
  readonly byDefault: number;
  /** What its default was up to an older minor version of Kubernetes. */
  readonly formerly?: { readonly before: number; readonly value: number };
  /** A sentence for the reference. */
  readonly meaning: string;
}

/** Values of flags by their names. */
export type FlagValues = Readonly<Record<string, number>>;

/** What a controller sees of the cluster: the informers of the kinds that its entry names. */
export type Informers = Pick<InformerFactory, "informer">;

/** What every controller is built from. */
export interface ControllerOptions {
  readonly engine: Engine;
  readonly informers: Informers;
  /** The controller's own connection: upstream gives each its own rate limit. */
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970, for timestamps in status conditions. */
  readonly startTimeMs: number;
  /** Keys that are synced at one time; undefined for upstream's default. */
  readonly workers?: number | undefined;
  /** The cluster's version, `26` for 1.26; undefined for the newest behaviour. */
  readonly kubernetesMinor?: number | undefined;
  /** Which gates are on; absent: those of the version. */
  readonly features?: Features;
  /** What the flags of its entry are set to; one that is absent has its default. */
  readonly flags?: FlagValues;
  /** Who serves the APIs of metrics; undefined where nobody does. */
  readonly metrics?: MetricsClient | undefined;
  /** Where one that serves external metrics says so; undefined where nobody would ask it. */
  readonly serveExternalMetrics?: ((server: ExternalMetricsServer) => void) | undefined;
  /** Where a webhook says that it admits pods; undefined where nobody would ask it. */
  readonly admitPods?: ((webhook: PodAdmission) => void) | undefined;
  /** How long storage systems take; absent: no time. */
  readonly volumeTimes?: VolumeTimes;
  /** What the kubelets' leases say; undefined where every node is heard of. */
  readonly heartbeats?: NodeHeartbeats;
}

/**
 * The leases of the kubelets, which are computed when asked: a node that renews its lease costs
 * nothing.
 */
export interface NodeHeartbeats {
  /**
   * When whoever watches leases has seen the last one of a node that is not heard of any more, which
   * may lie ahead; null of a node that goes on renewing its lease.
   */
  lastSeenMicros(nodeName: string): TimeMicros | null;
  /** Has it called when a node falls silent, and when it is heard of again. */
  onChange(listener: (nodeName: string) => void): void;
}

/** A control loop: it registers its event handlers when it is built and begins with `start`. */
export interface Controller {
  start(): void;
}

/** A controller as the registry knows it. */
export interface ControllerEntry {
  /** Upstream's. */
  readonly name: string;
  readonly controller: new (options: ControllerOptions) => Controller;
  /** Kinds whose objects it watches. */
  readonly kinds: readonly Kind[];
  /** Upstream's `--concurrent-…-syncs`; without it the number of workers is fixed. */
  readonly workers?: ControllerFlag;
  /** How many times upstream's rate limit its client may send. */
  readonly clientTimes?: { readonly qps: number; readonly burst: number };
  /** What else it can be told. */
  readonly flags?: readonly ControllerFlag[];
}

/** The flags of some controllers, each once. */
export function flagsOf(entries: readonly ControllerEntry[]): readonly ControllerFlag[] {
  return entries.flatMap(({ workers, flags = [] }) => [
    ...(workers === undefined ? [] : [workers]),
    ...flags,
  ]);
}

/** The gates by which a controller goes: those that it is told, else those of its version. */
export function featuresFor({
  features,
  kubernetesMinor = NEWEST_MINOR,
}: Pick<ControllerOptions, "features" | "kubernetesMinor">): Features {
  return features ?? featuresOf(kubernetesMinor);
}

/** What a flag is set to. `minor`: the cluster's version; undefined for the newest behaviour. */
export function flagValue(flag: ControllerFlag, values: FlagValues = {}, minor?: number): number {
  return values[flag.name] ?? defaultOf(flag, minor);
}

function defaultOf({ byDefault, formerly }: ControllerFlag, minor?: number): number {
  return formerly !== undefined && (minor ?? formerly.before) < formerly.before
    ? formerly.value
    : byDefault;
}
