import type { ControllerOptions, Controller } from "../../control/controller.js";
import { CONTROLLERS } from "../../control/registry.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

type ManagerFlags = Scenario["controlPlane"]["controllerManager"];

/** Upstream's `--concurrent-…-syncs`, by the controller that they are about. */
function workersOf(flags: ManagerFlags, controller: string): number | undefined {
  switch (controller) {
    case "deployment-controller":
      return flags.concurrentDeploymentSyncs;
    case "replicaset-controller":
      return flags.concurrentReplicaSetSyncs;
    case "endpointslice-controller":
      return flags.concurrentServiceEndpointSyncs;
    case "garbage-collector-controller":
      return flags.concurrentGcSyncs;
    case "namespace-controller":
      return flags.concurrentNamespaceSyncs;
    default:
      return undefined;
  }
}

/** Builds the controllers of kube-controller-manager: one set of watches, a client for each. */
export function wireControllers(ground: Ground, scenario: Scenario): readonly Controller[] {
  const { controllerManager, latency } = scenario.controlPlane;
  const informers = ground.informers(
    "kube-controller-manager",
    controllerManager.watchLatencyMicros,
  );
  const options = (name: string): ControllerOptions => ({
    engine: ground.engine,
    informers,
    client: ground.client(name, { latencyMicros: latency.apiMicros, ...controllerManager.client }),
    observer: ground.observer,
    startTimeMs: scenario.startTimeEpochMicros / 1000,
    workers: workersOf(controllerManager, name),
    kubernetesMinor: scenario.kubernetesMinor,
    terminatedPodGCThreshold: controllerManager.terminatedPodGCThreshold,
  });
  return Object.entries(CONTROLLERS).map(([name, Made]) => new Made(options(name)));
}
