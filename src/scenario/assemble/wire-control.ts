import { featuresOf } from "../../api/features.js";
import type { VolumeTimes } from "../../api/volumes/volume-times.js";
import { assert } from "../../base/assert.js";
import type { Kubelets } from "../../cluster/kubelets.js";
import {
  type Controller,
  type ControllerEntry,
  type ControllerOptions,
  flagValue,
  type Informers,
  type NodeHeartbeats,
} from "../../control/controller.js";
import { CONTROLLERS } from "../../control/registry.js";
import { EventCorrelator } from "../../record/event-correlator.js";
import { tellingEvents } from "../../record/telling-events.js";
import type { ClientOptions } from "../../store/client.js";
import { EventWrites } from "../../store/event-writes.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";
import type { ServedMetrics } from "./wire-metrics.js";

interface ControlNeeds {
  readonly kubelets: Kubelets;
  readonly metrics: ServedMetrics;
  readonly volumeTimes: VolumeTimes;
}

/** Builds the controllers of kube-controller-manager: one set of watches, a client for each. */
export function wireControllers(
  ground: Ground,
  scenario: Scenario,
  { kubelets, metrics, volumeTimes }: ControlNeeds,
): readonly Controller[] {
  const { controllerManager, latency } = scenario.controlPlane;
  const { flags, client, watchLatencyMicros } = controllerManager;
  const informers = ground.informers("kube-controller-manager", watchLatencyMicros);
  const heartbeats: NodeHeartbeats = {
    lastSeenMicros: (name) => {
      const renewed = kubelets.silentSinceMicros(name);
      return renewed === null ? null : renewed + latency.apiMicros + watchLatencyMicros;
    },
    onChange: (listener) => kubelets.onHeartbeatChange(listener),
  };
  const features = featuresOf(scenario.kubernetesMinor, scenario.featureGates);
  const clientOptions = { latencyMicros: latency.apiMicros, ...client };
  const options = (entry: ControllerEntry): ControllerOptions => ({
    engine: ground.engine,
    informers: watchedBy(entry, informers),
    ...connection(ground, entry, clientOptions, features.EventsLimitedByType),
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    workers: entry.workers && flagValue(entry.workers, flags),
    kubernetesMinor: scenario.kubernetesMinor,
    features,
    flags,
    heartbeats,
    volumeTimes,
    metrics: metrics.client,
    serveExternalMetrics: (server) => metrics.external.add(server),
    admitPods: (webhook) => ground.server.admitPodsBy(webhook),
  });
  return CONTROLLERS.map((entry) => new entry.controller(options(entry)));
}

/** A controller's client, and what it tells: its Events go by the same client. */
function connection(
  ground: Ground,
  { name, clientTimes }: ControllerEntry,
  options: ClientOptions,
  eventsByType: boolean,
): Pick<ControllerOptions, "client" | "observer"> {
  const { qps = 1, burst = 1 } = clientTimes ?? {};
  const client = ground.client(name, {
    ...options,
    qps: options.qps * qps,
    burst: options.burst * burst,
  });
  const correlator = new EventCorrelator(eventsByType);
  const writes = new EventWrites(ground.engine, client);
  const observer = tellingEvents(ground.observer, (...event) => {
    const written = correlator.messageOf(...event);
    if (written !== null) writes.add();
    return written;
  });
  return { client, observer };
}

/** The informers of the kinds that an entry names: a controller watches what it says, and no more. */
export function watchedBy({ name, kinds }: ControllerEntry, all: InformerFactory): Informers {
  return {
    informer: (kind) => {
      assert(kinds.includes(kind), () => `the entry of the ${name} does not name ${kind}`);
      return all.informer(kind);
    },
  };
}
