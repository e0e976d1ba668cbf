import { featuresOf } from "../../api/features.js";
import { assert } from "../../base/assert.js";
import {
  type Controller,
  type ControllerEntry,
  type ControllerOptions,
  flagValue,
  type Informers,
  type NodeHeartbeats,
} from "../../control/controller.js";
import type { MetricsClient } from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import type { Kubelets } from "../../cluster/kubelets.js";
import { CONTROLLERS } from "../../control/registry.js";
import type { InformerFactory } from "../../store/informer-factory.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** Builds the controllers of kube-controller-manager: one set of watches, a client for each. */
export function wireControllers(
  ground: Ground,
  scenario: Scenario,
  kubelets: Kubelets,
  metrics: MetricsClient,
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
  const options = (entry: ControllerEntry): ControllerOptions => ({
    engine: ground.engine,
    informers: watchedBy(entry, informers),
    client: ground.client(entry.name, { latencyMicros: latency.apiMicros, ...client }),
    observer: ground.observer,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    workers: entry.workers && flagValue(entry.workers, flags),
    kubernetesMinor: scenario.kubernetesMinor,
    features: featuresOf(scenario.kubernetesMinor, scenario.featureGates),
    flags,
    heartbeats,
    metrics,
  });
  return CONTROLLERS.map((entry) => new entry.controller(options(entry)));
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
