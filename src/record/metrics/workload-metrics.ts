import { MICROS_PER_HOUR, MICROS_PER_SECOND } from "../../base/time.js";
import { ratio } from "../ratio.js";
import type { RolloutTally } from "../rollout-clock.js";
import type { WholeOfTargets, WorkloadTarget } from "../workload-target.js";
import { type Figures, metric, metricGroup, type Put, type Span } from "./metric-group.js";

/** Targets with rows of their own in the time series: the first met; thousands would swamp it. */
const MAX_TARGET_SERIES = 200;

const metrics = {
  replicas_mean_count: metric("count", "summary", ["target"], "pods neither ended nor ending"),
  replicas_max_count: metric("count", "summary", ["target"], "the most replicas at a time"),
  replicas_count: metric("count", "timeseries", ["target"], "pods neither ended nor ending"),
  scale_events_count: metric("count", "both", ["target"], "changes of spec.replicas"),
  scale_flaps_count: metric(
    "count",
    "both",
    ["target"],
    "changes of spec.replicas within 10 min of one in the other direction",
  ),
  pod_hours: metric("hours", "both", ["target"], "replicas over time: what is paid for"),
  rollout_duration_seconds: metric(
    "seconds",
    "summary",
    ["target"],
    "new template until rolled out; mean over rollouts",
  ),
  rollback_duration_seconds: metric(
    "seconds",
    "summary",
    ["target"],
    "earlier template until rolled out; mean over rollbacks",
  ),
  rollouts_unfinished_end_count: metric(
    "count",
    "summary",
    ["target"],
    "rollouts, rollbacks and first rollouts under way at the end",
  ),
  surge_pod_hours: metric("hours", "both", ["target"], "pods beyond the desired number"),
  unavailable_seconds: metric("seconds", "both", ["target"], "fewer ready pods than desired"),
};
type Name = keyof typeof metrics;

export const WORKLOAD_METRICS = metricGroup({ metrics, summarise, cut });

function summarise(
  { ledgers: { workloads } }: Figures,
  { lengthMicros }: Span,
  put: Put<Name>,
): void {
  const putTarget = (labels: string, target: WorkloadTarget | WholeOfTargets) => {
    put("replicas_mean_count", labels, ratio(target.replicas.windowIntegral, lengthMicros));
    put("replicas_max_count", labels, target.replicas.windowPeak);
    put("scale_events_count", labels, target.scaleEvents.windowCount);
    put("scale_flaps_count", labels, target.flaps.windowCount);
    put("pod_hours", labels, target.replicas.windowIntegral / MICROS_PER_HOUR);
    put("surge_pod_hours", labels, target.surge.windowIntegral / MICROS_PER_HOUR);
    put("unavailable_seconds", labels, target.unavailable.windowIntegral / MICROS_PER_SECOND);
  };
  putTarget("", workloads.whole);
  const targets = [...workloads.targets.values()];
  for (const target of targets) putTarget(target.labels, target);
  const rollouts = targets.map((t) => ({ labels: t.labels, tally: t.rollouts.rollouts }));
  const rollbacks = targets.map((t) => ({ labels: t.labels, tally: t.rollouts.rollbacks }));
  putTallies(put, "rollout_duration_seconds", rollouts);
  putTallies(put, "rollback_duration_seconds", rollbacks);
  const unfinished = targets.filter(({ rollouts: clock }) => clock.unfinished !== null);
  put("rollouts_unfinished_end_count", "", unfinished.length);
  for (const { labels } of unfinished) put("rollouts_unfinished_end_count", labels, 1);
}

function cut({ ledgers }: Figures, interval: Span, put: Put<Name>): void {
  const { targets, whole } = ledgers.workloads;
  cutTarget(put, interval, whole, "");
  let position = 0;
  for (const target of targets.values()) {
    if (position === MAX_TARGET_SERIES) break;
    cutTarget(put, interval, target, target.labels);
    position += 1;
  }
}

function cutTarget(
  put: Put<Name>,
  { toMicros, lengthMicros }: Span,
  target: WorkloadTarget | WholeOfTargets,
  labels: string,
): void {
  const replicas = target.replicas.cut(toMicros);
  put("replicas_count", labels, replicas / lengthMicros);
  put("pod_hours", labels, replicas / MICROS_PER_HOUR);
  put("scale_events_count", labels, target.scaleEvents.cut());
  put("scale_flaps_count", labels, target.flaps.cut());
  put("surge_pod_hours", labels, target.surge.cut(toMicros) / MICROS_PER_HOUR);
  const unavailable = target.unavailable.cut(toMicros);
  put("unavailable_seconds", labels, unavailable / MICROS_PER_SECOND);
}

/** A target whose rollouts were all left unfinished has a row without a value; one without any has none. */
function putTallies(
  put: Put<Name>,
  metric: Name,
  targets: readonly { readonly labels: string; readonly tally: RolloutTally }[],
): void {
  let completed = 0;
  let seconds = 0;
  let begun = 0;
  for (const { labels, tally } of targets) {
    if (tally.begun === 0) continue;
    put(metric, labels, tally.mean());
    begun += tally.begun;
    completed += tally.completed;
    seconds += tally.seconds;
  }
  if (begun > 0) put(metric, "", ratio(seconds, completed));
}
