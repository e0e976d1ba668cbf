import { MICROS_PER_MILLI, MICROS_PER_SECOND } from "../base/time.js";

/** The largest cluster that fits into the memory that Node gives a process. */
export const MAX_NODES = 500_000;

/** Of a time series that somebody asks for: a finer one would not fit into memory. */
export const MAX_METRICS_INTERVALS = 1_000_000;

/** Of one step of the timeline within a run. */
export const MAX_STEP_REPETITIONS = 100_000;

/**
 * What a scenario leaves open. Where a number comes from is said beside its key in the schema:
 * `upstream` (Kubernetes' own default), `measured`, or `assumed`.
 */
export const DEFAULTS = {
  /** The newest minor version whose decisions were compared with recordings. */
  kubernetesVersion: "1.37",
  startTime: "2026-01-01T00:00:00Z",
  seed: 1,
  ties: "random",
  podsPerNode: "110",
  metricsEveryMicros: 15 * MICROS_PER_SECOND,
  /** Intervals of a time series, at most, where `metrics.every` is not given. */
  metricsIntervals: 1_000,
  pullBytesPerSecond: 100 * 1024 * 1024,
  parallelPulls: 1,
  latency: {
    apiMicros: 5 * MICROS_PER_MILLI,
    watchMicros: 10 * MICROS_PER_MILLI,
    bindMicros: 5 * MICROS_PER_MILLI,
    /** The API server takes no time of its own. */
    serviceMicros: null,
  },
  cycle: { baseMicros: 300, perNodeMicros: 2 },
  clients: {
    controllerManager: { qps: 20, burst: 30 },
    scheduler: { qps: 50, burst: 100 },
    clusterAutoscaler: { qps: 5, burst: 10 },
  },
  kubelet: {
    nodeStatusUpdateFrequencyMicros: 10 * MICROS_PER_SECOND,
    serializeImagePulls: true,
    housekeepingIntervalMicros: 10 * MICROS_PER_SECOND,
    imageGc: {
      highThresholdPercent: 85,
      lowThresholdPercent: 80,
      minAgeMicros: 120 * MICROS_PER_SECOND,
    },
  },
  /** Requests. */
  traffic: {
    /** kube-proxy's `iptables.minSyncPeriod`. */
    minSyncPeriodMicros: MICROS_PER_SECOND,
    /** Of answers about the cluster's own names: kubeadm's Corefile (`ttl 30`, `cache 30`). */
    dnsTtlMicros: 30 * MICROS_PER_SECOND,
    /** In service at a container of which nobody said how it serves. */
    serviceMicros: 10 * MICROS_PER_MILLI,
  },
  /** What operations on volumes take that nobody describes. Assumed: clouds take seconds. */
  storageMicros: {
    provision: 2 * MICROS_PER_SECOND,
    attach: 5 * MICROS_PER_SECOND,
    detach: 5 * MICROS_PER_SECOND,
    mount: MICROS_PER_SECOND,
    unmount: MICROS_PER_SECOND,
    expand: 5 * MICROS_PER_SECOND,
    resizeFileSystem: MICROS_PER_SECOND,
  },
  metricsServer: { resolutionMicros: 15 * MICROS_PER_SECOND },
  autoscaling: {
    scanIntervalMicros: 10 * MICROS_PER_SECOND,
    provisioningMicros: 60 * MICROS_PER_SECOND,
  },
  /** A container that no entry of `behavior` matches. */
  container: {
    imageBytes: 0,
    startMicros: MICROS_PER_SECOND,
    stopMicros: MICROS_PER_SECOND,
    /** Where it ends by itself: restartPolicy OnFailure and Never. */
    runMicros: 60 * MICROS_PER_SECOND,
    initRunMicros: MICROS_PER_SECOND,
    exitCode: 0,
    cpuShareOfRequest: 0.5,
    memoryShareOfRequest: 1,
  },
} as const;
