import { MICROS_PER_MILLI } from "../../base/time.js";
import type { Kubelets } from "../../cluster/kubelets.js";
import type { ContainerCounters } from "../../cluster/metrics-server/container-counters.js";
import { livesOf } from "../../cluster/metrics-server/container-lives.js";
import { MetricsServer } from "../../cluster/metrics-server/metrics-server.js";
import {
  type MetricsClient,
  NO_METRICS,
  type PodMetrics,
} from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import type { Scenario } from "../schema/scenario.js";
import type { Ground } from "./ground.js";

/** From the start of a container until its node reads its usage for the first time. Assumed. */
const FIRST_READING_MICROS = MICROS_PER_MILLI;

/** The APIs of metrics that the cluster serves. */
export function wireMetrics(
  { engine }: Ground,
  scenario: Scenario,
  kubelets: Kubelets,
  counters: ContainerCounters,
): MetricsClient {
  const { metricsServer, kubelet } = scenario.controlPlane;
  if (metricsServer === null) return NO_METRICS;
  const every = kubelet.housekeepingIntervalMicros;
  const server = new MetricsServer({
    resolutionMicros: metricsServer.resolutionMicros,
    counters,
    livesOf: (pod) => {
      const containers = kubelets.containersOf(pod);
      return containers && { key: containers, lives: livesOf(containers) };
    },
    readingMicros: ({ startMicros }, scrape) => {
      const first = startMicros + FIRST_READING_MICROS;
      return first + Math.floor((scrape - first) / every) * every;
    },
  });
  return {
    ...NO_METRICS,
    podMetrics: ({ pods }) => {
      const found: PodMetrics[] = [];
      for (const pod of pods) {
        const report = server.reportOf(pod, engine.now);
        if (report !== null) found.push({ podName: pod.name, ...report });
      }
      return found;
    },
  };
}
