import { isPodReady, type PodVersion } from "../../../src/api/pod-version.js";
import { secondsToMicros, type TimeMicros } from "../../../src/base/time.js";
import type {
  MetricsClient,
  PodMetrics,
} from "../../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import type { TimelineFile } from "./timeline-file.js";

interface Usage {
  readonly labels: Readonly<Record<string, string>>;
  /** Shared by the pods that are ready and not terminating. */
  readonly totalMilli?: number;
  readonly perPodMilli?: number;
}

const NANOS_PER_MILLI = 1e6;

/**
 * The server of metrics.k8s.io beside a recorded control plane: it tells what the steps `setUsage` have set,
 * in samples of the moment at which they are read.
 */
export function usageServer(
  { steps, metrics }: TimelineFile,
  now: () => TimeMicros,
): MetricsClient["podMetrics"] {
  const settings = steps.flatMap(({ at, setUsage }) =>
    setUsage === undefined ? [] : [{ atMicros: secondsToMicros(at), ...(setUsage as Usage) }],
  );
  return ({ pods }) => {
    const usageOf = (pod: PodVersion): number => {
      const usage = settings.findLast((one) => one.atMicros <= now() && hasLabels(pod, one.labels));
      if (usage?.totalMilli === undefined) return usage?.perPodMilli ?? 0;
      const serving = pods.filter((one) => hasLabels(one, usage.labels) && isServing(one));
      return isServing(pod) ? Math.floor(usage.totalMilli / serving.length) : 0;
    };
    return pods
      .filter(({ phase }) => phase === "Running")
      .map(
        (pod): PodMetrics => ({
          podName: pod.name,
          timestampMicros: now(),
          windowMicros: secondsToMicros(metrics?.window ?? 0),
          containers: pod.spec.containers.map(({ name }, _, { length }) => ({
            name,
            cpuNanos: (usageOf(pod) * NANOS_PER_MILLI) / length,
            memoryBytes: 0,
          })),
        }),
      );
  };
}

function hasLabels(pod: PodVersion, labels: Usage["labels"]): boolean {
  return Object.entries(labels).every(([key, value]) => pod.labels[key] === value);
}

function isServing(pod: PodVersion): boolean {
  return pod.phase === "Running" && isPodReady(pod) && pod.deletionTimeMicros === null;
}
