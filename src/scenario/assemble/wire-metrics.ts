import { MICROS_PER_MILLI, type TimeMicros } from "../../base/time.js";
import type { Kubelets } from "../../cluster/kubelets.js";
import type { ContainerCounters } from "../../cluster/metrics-server/container-counters.js";
import { ContainerLives } from "../../cluster/metrics-server/container-lives.js";
import { MetricsServer } from "../../cluster/metrics-server/metrics-server.js";
import {
  type MetricsClient,
  NO_METRICS,
  type PodMetrics,
} from "../../control/horizontal-pod-autoscaler/metrics-client.js";
import type { LoadedScenario } from "../load/loaded-scenario.js";
import type { Scenario } from "../schema/scenario.js";
import { CustomMetrics } from "./custom-metrics.js";
import { ExternalMetrics } from "./external-metrics.js";
import type { Ground } from "./ground.js";
import { MetricValues } from "./metric-values.js";

/** From the start of a container until its node reads its usage for the first time. Assumed. */
const FIRST_READING_MICROS = MICROS_PER_MILLI;

/** The APIs of metrics that the cluster serves, and where controllers add metrics of their own. */
export interface ServedMetrics {
  readonly client: MetricsClient;
  readonly external: ExternalMetrics;
  /** What is told under the names of a scenario. */
  readonly values: MetricValues;
}

interface MetricsSources {
  readonly counters: ContainerCounters;
  /** In place of metrics-server; undefined: there is none. */
  readonly podMetrics: ((now: () => TimeMicros) => MetricsClient["podMetrics"]) | undefined;
}

export function wireMetrics(
  { engine }: Ground,
  { scenario, rates }: Pick<LoadedScenario, "scenario" | "rates">,
  kubelets: Kubelets,
  { counters, podMetrics }: MetricsSources,
): ServedMetrics {
  const values = new MetricValues(rates, () => engine.now);
  const external = new ExternalMetrics(scenario.externalMetrics, values);
  const custom = new CustomMetrics(scenario.customMetrics, values);
  const server = metricsServerOf(scenario, kubelets, counters);
  const own = podMetrics?.(() => engine.now);
  const client: MetricsClient = {
    ...NO_METRICS,
    externalValuesMillis: (namespace, metric) => external.valuesMillis(namespace, metric),
    podValues: (selected, metric) => custom.podValues(selected, metric),
    objectValueMillis: (namespace, object, metric) =>
      custom.objectValueMillis(namespace, object, metric),
    ...(server !== null && {
      podMetrics: ({ pods }) => {
        const found: PodMetrics[] = [];
        for (const pod of pods) {
          const report = server.reportOf(pod, engine.now);
          if (report !== null) found.push(report);
        }
        return found;
      },
      putUsage: (measured, resource, samples) =>
        server.putUsage(measured, resource, engine.now, samples),
    }),
    ...(own !== undefined && { podMetrics: own, putUsage: undefined }),
  };
  return { client, external, values };
}

function metricsServerOf(
  { controlPlane }: Scenario,
  kubelets: Kubelets,
  counters: ContainerCounters,
): MetricsServer | null {
  const { metricsServer, kubelet } = controlPlane;
  if (metricsServer === null) return null;
  const every = kubelet.housekeepingIntervalMicros;
  const lives = new ContainerLives();
  return new MetricsServer({
    resolutionMicros: metricsServer.resolutionMicros,
    counters,
    livesOf: (pod) => {
      const containers = kubelets.containersOf(pod);
      return containers && lives.of(pod.row, containers);
    },
    isUnchanged: (row) => lives.isUnchanged(row),
    readingMicros: (startMicros, scrape) => {
      const first = startMicros + FIRST_READING_MICROS;
      return first + Math.floor((scrape - first) / every) * every;
    },
  });
}
