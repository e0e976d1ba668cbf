import type { Labels, PodSpec } from "../../../src/api/kubernetes.js";
import { EMPTY_POD_STATUS, type PodPhase, type PodVersion } from "../../../src/api/pod-version.js";
import { secondsToMicros } from "../../../src/base/time.js";
import type {
  PodMetrics,
  SelectedPods,
} from "../../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { PodSamples } from "../../../src/control/horizontal-pod-autoscaler/pod-samples.js";
import {
  Recommendations,
  type ScaleEvent,
} from "../../../src/control/horizontal-pod-autoscaler/scale-memory.js";
import { meta, pod } from "./objects.js";

/** All cases tell times as seconds before this. */
export const NOW_MICROS = 0;
const FAR_PAST = -secondsToMicros(1e9);

export interface PodSketch {
  readonly name: string;
  readonly phase: PodPhase;
  readonly ready: boolean | null;
  readonly startedAgo: number | null;
  readonly readyChangedAgo?: number | null;
  readonly deleting?: boolean;
  readonly containers?: readonly { readonly name: string; readonly cpuRequestMilli?: number }[];
}

export interface MetricSketch {
  readonly cpuMilli?: Readonly<Record<string, number>>;
  readonly ageSeconds: number | null;
  readonly windowSeconds: number;
}

export const ago = (seconds: number | null): number =>
  seconds === null ? FAR_PAST : NOW_MICROS - secondsToMicros(seconds);

export function specOf(sketch: PodSketch): PodSpec {
  const containers = (sketch.containers ?? []).map(({ name, cpuRequestMilli: cpu }) => ({
    name,
    ...(cpu === undefined ? {} : { resources: { requests: { cpu: `${cpu}m` } } }),
  }));
  return { containers };
}

export function statusOf(sketch: PodSketch): PodVersion["status"] {
  const { ready, readyChangedAgo = null, startedAgo } = sketch;
  const condition = {
    type: "Ready",
    status: ready === true ? "True" : "False",
    lastTransitionTimeMicros: ago(readyChangedAgo),
    reason: "",
    message: "",
  } as const;
  return {
    ...EMPTY_POD_STATUS,
    startTimeMicros: startedAgo === null ? null : ago(startedAgo),
    conditions: ready === null ? [] : [condition],
  };
}

export function podsOf(sketches: readonly PodSketch[], labels: Labels = {}): readonly PodVersion[] {
  return sketches.map((sketch, row) =>
    pod(
      meta(row, sketch.name, { labels, deletionTimeMicros: sketch.deleting === true ? 1 : null }),
      {
        spec: specOf(sketch),
        phase: sketch.phase,
        status: statusOf(sketch),
      },
    ),
  );
}

export function podMetricsOf(
  metrics: Readonly<Record<string, MetricSketch>>,
): (selected: SelectedPods) => readonly PodMetrics[] {
  return () =>
    Object.entries(metrics).map(([podName, { cpuMilli = {}, ageSeconds, windowSeconds }]) => ({
      podName,
      timestampMicros: ago(ageSeconds),
      windowMicros: secondsToMicros(windowSeconds),
      containers: Object.entries(cpuMilli).map(([name, milli]) => ({
        name,
        cpuNanos: milli * 1e6,
        memoryBytes: 0,
      })),
    }));
}

export function samplesOf(
  pods: readonly PodVersion[],
  metrics: Readonly<Record<string, MetricSketch>>,
): PodSamples {
  const samples = new PodSamples(pods);
  for (const [name, { ageSeconds, windowSeconds }] of Object.entries(metrics)) {
    const timestampMicros = ago(ageSeconds);
    const windowMicros = secondsToMicros(windowSeconds);
    samples.put(name, { valueMillis: 0, timestampMicros, windowMicros });
  }
  return samples;
}

export interface EventSketch {
  readonly change: number;
  readonly secondsAgo: number;
}

export function eventsOf(sketches: readonly EventSketch[]): ScaleEvent[] {
  return sketches.map(({ change, secondsAgo }) => {
    return { change, timeMicros: ago(secondsAgo), outdated: false };
  });
}

export interface RecommendationSketch {
  readonly replicas: number;
  readonly secondsAgo: number;
}

export function recommendationsOf(sketches: readonly RecommendationSketch[]): Recommendations {
  const log = new Recommendations();
  for (const { replicas, secondsAgo } of sketches) log.add(replicas, ago(secondsAgo));
  return log;
}
