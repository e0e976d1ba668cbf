import { MICROS_PER_HOUR, MICROS_PER_SECOND } from "../../base/time.js";
import type { Application } from "../application.js";
import { ratio } from "../ratio.js";
import type { RolloutTally } from "../rollout-clock.js";
import type { WholeOfTargets } from "../workload-target.js";
import { type Figures, metric, metricGroup, type Put, type Span } from "./metric-group.js";

/** Targets with rows of their own in the time series: the first met; thousands would swamp it. */
const MAX_TARGET_SERIES = 200;

/** Of a workload, or of an application that several make up. */
const LABELS = ["application", "target"];

const metrics = {
  replicas_mean_count: metric("count", "summary", LABELS, "pods neither ended nor ending"),
  replicas_max_count: metric("count", "summary", LABELS, "the most replicas at a time"),
  replicas_count: metric("count", "timeseries", LABELS, "pods neither ended nor ending"),
  scale_events_count: metric("count", "both", ["target"], "changes of spec.replicas"),
  scale_flaps_count: metric(
    "count",
    "both",
    ["target"],
    "changes of spec.replicas within 10 min of one in the other direction",
  ),
  pod_hours: metric("hours", "both", LABELS, "replicas over time: what is paid for"),
  rollout_duration_seconds: metric(
    "seconds",
    "summary",
    LABELS,
    "new template until rolled out, of an application until all is of the new version; mean over rollouts",
  ),
  rollback_duration_seconds: metric(
    "seconds",
    "summary",
    LABELS,
    "earlier template until rolled out, of an application until all is of the earlier version again; mean over rollbacks",
  ),
  rollouts_unfinished_end_count: metric(
    "count",
    "summary",
    LABELS,
    "rollouts, rollbacks and first rollouts under way at the end",
  ),
  surge_pod_hours: metric("hours", "both", LABELS, "pods beyond the desired number, over time"),
  unavailable_seconds: metric("seconds", "both", LABELS, "time with fewer ready pods than desired"),
};
type Name = keyof typeof metrics;

export const WORKLOAD_METRICS = metricGroup({ metrics, summarise, cut });

/** What a workload, an application and the whole have in common. */
type Sized = Pick<WholeOfTargets, "replicas" | "surge" | "unavailable">;
type Scaled = Pick<WholeOfTargets, "scaleEvents" | "flaps">;

function summarise(
  { ledgers: { workloads } }: Figures,
  { lengthMicros }: Span,
  put: Put<Name>,
): void {
  const putSizes = (labels: string, { replicas, surge, unavailable }: Sized) => {
    put("replicas_mean_count", labels, ratio(replicas.windowIntegral, lengthMicros));
    put("replicas_max_count", labels, replicas.windowPeak);
    put("pod_hours", labels, replicas.windowIntegral / MICROS_PER_HOUR);
    put("surge_pod_hours", labels, surge.windowIntegral / MICROS_PER_HOUR);
    put("unavailable_seconds", labels, unavailable.windowIntegral / MICROS_PER_SECOND);
  };
  const { whole, applications } = workloads;
  const targets = [...workloads.targets.values()];
  const putScaling = (labels: string, { scaleEvents, flaps }: Scaled) => {
    put("scale_events_count", labels, scaleEvents.windowCount);
    put("scale_flaps_count", labels, flaps.windowCount);
  };
  putSizes("", whole);
  putScaling("", whole);
  for (const application of applications) putSizes(application.labels, application);
  for (const target of targets) {
    putSizes(target.labels, target);
    putScaling(target.labels, target);
  }
  const changing: readonly Changing[] = [
    ...applications.map((one) => ({ ...partsOf(one), isPart: false, isChanging: one.isChanging })),
    ...targets.map(({ labels, rollouts: clock, application }) => ({
      ...{ labels, rollouts: clock.rollouts, rollbacks: clock.rollbacks },
      isPart: application !== null,
      isChanging: clock.unfinished !== null,
    })),
  ];
  putTallies(put, "rollout_duration_seconds", changing, ({ rollouts }) => rollouts);
  putTallies(put, "rollback_duration_seconds", changing, ({ rollbacks }) => rollbacks);
  const unfinished = changing.filter(({ isChanging }) => isChanging);
  put("rollouts_unfinished_end_count", "", unfinished.filter(({ isPart }) => !isPart).length);
  for (const { labels } of unfinished) put("rollouts_unfinished_end_count", labels, 1);
}

/** Rollouts of a workload or an application. */
interface Changing {
  readonly labels: string;
  readonly rollouts: RolloutTally;
  readonly rollbacks: RolloutTally;
  /** It counts into the whole by its application. */
  readonly isPart: boolean;
  readonly isChanging: boolean;
}

function partsOf({ labels, rollouts, rollbacks }: Application) {
  return { labels, rollouts, rollbacks };
}

function cut({ ledgers }: Figures, interval: Span, put: Put<Name>): void {
  const { targets, whole, applications } = ledgers.workloads;
  cutTarget(put, interval, whole, "");
  for (const application of applications) cutTarget(put, interval, application, application.labels);
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
  { replicas, surge, unavailable, scaleEvents, flaps }: Sized & Partial<Scaled>,
  labels: string,
): void {
  const podMicros = replicas.cut(toMicros);
  put("replicas_count", labels, podMicros / lengthMicros);
  put("pod_hours", labels, podMicros / MICROS_PER_HOUR);
  if (scaleEvents !== undefined) put("scale_events_count", labels, scaleEvents.cut());
  if (flaps !== undefined) put("scale_flaps_count", labels, flaps.cut());
  put("surge_pod_hours", labels, surge.cut(toMicros) / MICROS_PER_HOUR);
  put("unavailable_seconds", labels, unavailable.cut(toMicros) / MICROS_PER_SECOND);
}

/** Where all rollouts were left unfinished there is a row without a value; without any there is none. */
function putTallies(
  put: Put<Name>,
  metric: Name,
  all: readonly Changing[],
  tallyOf: (one: Changing) => RolloutTally,
): void {
  let completed = 0;
  let seconds = 0;
  let begun = 0;
  for (const one of all) {
    const tally = tallyOf(one);
    if (tally.begun === 0) continue;
    put(metric, one.labels, tally.mean());
    if (one.isPart) continue;
    begun += tally.begun;
    completed += tally.completed;
    seconds += tally.seconds;
  }
  if (begun > 0) put(metric, "", ratio(seconds, completed));
}
