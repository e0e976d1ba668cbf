import type { Features } from "../../api/features.js";
import type { AutoscalerOptions } from "../../api/validation/autoscaler-options.js";
import { versionOptions } from "../../api/validation/validation-options.js";
import type { TimeMicros } from "../../base/time.js";
import { Engine } from "../../kernel/engine.js";
import type { ClusterObserver } from "../../record/cluster-observer.js";
import { ApiServer } from "../../store/api-server.js";
import { distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import { ServiceQueue } from "../../store/service-queue.js";
import { Client, type ClientOptions } from "../../store/client.js";
import { InformerFactory } from "../../store/informer-factory.js";
import { ObjectStore } from "../../store/object-store.js";

const TOLERATION_SECONDS = 300;

/** What every component stands on: the clock, the API server, and whoever measures. */
export class Ground {
  readonly engine: Engine;
  readonly store: ObjectStore;
  readonly server: ApiServer;
  private readonly service: ServiceQueue | undefined;

  constructor(
    readonly observer: ClusterObserver,
    options: {
      readonly seed: number;
      readonly startTimeMs: number;
      readonly features: Features;
      readonly ignoresMissingRuntimeClasses: boolean;
      /** The gates of the Vertical Pod Autoscaler that are on. */
      readonly autoscalerGates: NonNullable<AutoscalerOptions["verticalPodAutoscaler"]>;
      /** How long the API server takes with one access to an object, in microseconds; null: no time. */
      readonly serviceMicros: DistributionSpec | null;
    },
  ) {
    const { features } = options;
    this.engine = new Engine({ seed: options.seed });
    this.store = new ObjectStore(this.engine);
    this.server = new ApiServer(this.store, {
      startTimeMs: options.startTimeMs,
      defaultNotReadyTolerationSeconds: TOLERATION_SECONDS,
      defaultUnreachableTolerationSeconds: TOLERATION_SECONDS,
      ignoresMissingRuntimeClasses: options.ignoresMissingRuntimeClasses,
      validation: { ...versionOptions(features), verticalPodAutoscaler: options.autoscalerGates },
      taintsNewNodes: true,
      resizes: features.InPlacePodVerticalScaling,
      mergedLabelKeys: {
        affinity: features.MatchLabelKeysInPodAffinity,
        spread: features.SpreadLabelKeysMergedByServer,
      },
    });
    const { streams } = this.engine;
    this.service =
      options.serviceMicros === null
        ? undefined
        : new ServiceQueue(distributionOf(options.serviceMicros), streams);
    this.store.observe((before, after) => observer.objectChanged(before, after, this.engine.now));
  }

  client(name: string, options: ClientOptions): Client {
    return new Client(this.server, name, { ...options, service: this.service });
  }

  /** A user's or a part's client that nothing holds back. */
  unlimitedClient(name: string, latencyMicros: TimeMicros): Client {
    return this.client(name, { latencyMicros, qps: 0, burst: 0 });
  }

  informers(component: string, lagMicros: TimeMicros): InformerFactory {
    return new InformerFactory(this.store, component, lagMicros);
  }
}
