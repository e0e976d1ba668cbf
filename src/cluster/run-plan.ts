import type { Container } from "../api/kubernetes.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { ContainerRun } from "./container-behavior.js";

type Probe = NonNullable<Container["readinessProbe"]>;

/** When what will happen in one run of a container, as instants; Infinity: it will not. */
export interface RunPlan {
  /** Its startup probe succeeds; without one, its start. */
  readonly startedAt: TimeMicros;
  /** Its readiness probe succeeds; without one, its start. */
  readonly readyAt: TimeMicros;
  /** Its readiness probe, which had succeeded, has failed too often, and when it has succeeded again. */
  readonly unreadyAt: TimeMicros;
  readonly readyAgainAt: TimeMicros;
  /** Its postStart hook has failed. */
  readonly hookFailsAt: TimeMicros;
  /** A startup or liveness probe has failed too often. */
  readonly unhealthyAt: TimeMicros;
  /** It ends by itself. */
  readonly endsAt: TimeMicros;
}

/**
 * Plans a run that begins at `beginMicros`. Probes are sent when the container starts (readiness
 * and liveness: once it has started up), then every period; those before the initial delay are left
 * out. A probe succeeds from when the container serves.
 *
 * Source: Kubernetes, "Configure Liveness, Readiness and Startup Probes"; `pkg/kubelet/prober`.
 */
export function planRun(container: Container, run: ContainerRun, beginMicros: TimeMicros): RunPlan {
  const servesAt = beginMicros + run.startMicros;
  const never = Number.POSITIVE_INFINITY;
  const endsAt = run.runMicros === null ? never : beginMicros + run.runMicros;
  const { startupProbe, readinessProbe, livenessProbe, lifecycle } = container;
  const hook = lifecycle?.postStart === undefined ? undefined : run.postStart;
  const hookEndsAt = beginMicros + (hook?.takesMicros ?? 0);
  if (hook?.fails === true) return runPlan({ endsAt, hookFailsAt: hookEndsAt });
  let startedAt = hookEndsAt;
  if (startupProbe !== undefined) {
    const startup = probeTimes(startupProbe, beginMicros, hookEndsAt, servesAt);
    if (startup.failsAt < startup.succeedsAt) {
      return runPlan({ endsAt, unhealthyAt: startup.failsAt });
    }
    startedAt = startup.succeedsAt;
  }
  let readyAt = startedAt;
  if (run.readyMicros !== undefined) readyAt += run.readyMicros ?? never;
  else if (readinessProbe !== undefined) {
    readyAt = probeTimes(readinessProbe, beginMicros, startedAt, servesAt).succeedsAt;
  }
  let unhealthyAt = never;
  if (livenessProbe !== undefined) {
    const liveness = probeTimes(livenessProbe, beginMicros, startedAt, servesAt);
    if (liveness.failsAt < liveness.succeedsAt) unhealthyAt = liveness.failsAt;
  }
  const bad = badTimeOf(run, servesAt);
  if (bad === null) return runPlan({ endsAt, startedAt, readyAt, unhealthyAt });
  if (livenessProbe !== undefined) {
    const failsAt = failureWithin(livenessProbe, beginMicros, startedAt, bad);
    unhealthyAt = Math.min(unhealthyAt, failsAt);
  }
  const unreadyAt =
    readinessProbe === undefined || run.readyMicros !== undefined
      ? never
      : failureWithin(readinessProbe, beginMicros, Math.max(startedAt, readyAt), bad);
  if (unreadyAt === never) return runPlan({ endsAt, startedAt, readyAt, unhealthyAt });
  const { succeedsAt } = probeTimes(readinessProbe!, beginMicros, startedAt, bad.untilMicros);
  const readyAgainAt = bad.untilMicros === never ? never : succeedsAt;
  return runPlan({ endsAt, startedAt, readyAt, unreadyAt, readyAgainAt, unhealthyAt });
}

/** What is not said never happens. */
function runPlan({
  startedAt = Number.POSITIVE_INFINITY,
  readyAt = Number.POSITIVE_INFINITY,
  unreadyAt = Number.POSITIVE_INFINITY,
  readyAgainAt = Number.POSITIVE_INFINITY,
  hookFailsAt = Number.POSITIVE_INFINITY,
  unhealthyAt = Number.POSITIVE_INFINITY,
  endsAt = Number.POSITIVE_INFINITY,
}: Partial<RunPlan>): RunPlan {
  return { startedAt, readyAt, unreadyAt, readyAgainAt, hookFailsAt, unhealthyAt, endsAt };
}

/** The plan of a run to which nothing more will happen: what it was to pass it has passed. */
export const NOTHING_PLANNED: RunPlan = Object.freeze(runPlan({}));

interface BadTime {
  readonly fromMicros: TimeMicros;
  readonly untilMicros: TimeMicros;
}

/** While its probes fail, though it served before. */
function badTimeOf({ unhealthy }: ContainerRun, servesAt: TimeMicros): BadTime | null {
  if (unhealthy === undefined) return null;
  const fromMicros = servesAt + unhealthy.afterMicros;
  const untilMicros = fromMicros + (unhealthy.forMicros ?? Number.POSITIVE_INFINITY);
  return { fromMicros, untilMicros };
}

/** When a probe has failed too often in a row within such a time; Infinity: it has not. */
function failureWithin(
  probe: Probe,
  beginMicros: TimeMicros,
  firstMicros: TimeMicros,
  { fromMicros, untilMicros }: BadTime,
): TimeMicros {
  const { period, allowedFrom } = rhythmOf(probe, beginMicros);
  const from = Math.max(fromMicros, allowedFrom);
  const firstBad = firstMicros + periodsUntil(from - firstMicros, period) * period;
  return failureTime(firstBad, untilMicros, period, probe.failureThreshold ?? 3);
}

/** How often a probe is sent, and from when on. */
function rhythmOf(probe: Probe, beginMicros: TimeMicros) {
  return {
    period: Math.max(1, probe.periodSeconds ?? 10) * MICROS_PER_SECOND,
    allowedFrom: beginMicros + (probe.initialDelaySeconds ?? 0) * MICROS_PER_SECOND,
  };
}

/** When a probe that is sent every period from `firstMicros` would have succeeded, and failed. */
function probeTimes(
  probe: Probe,
  beginMicros: TimeMicros,
  firstMicros: TimeMicros,
  servesAt: TimeMicros,
): { readonly succeedsAt: TimeMicros; readonly failsAt: TimeMicros } {
  const { period, allowedFrom } = rhythmOf(probe, beginMicros);
  const first = firstMicros + periodsUntil(allowedFrom - firstMicros, period) * period;
  const good = firstMicros + periodsUntil(Math.max(servesAt, first) - firstMicros, period) * period;
  return {
    succeedsAt: good + (Math.max(1, probe.successThreshold ?? 1) - 1) * period,
    failsAt:
      good > first
        ? failureTime(first, good, period, probe.failureThreshold ?? 3)
        : Number.POSITIVE_INFINITY,
  };
}

function failureTime(
  first: TimeMicros,
  good: TimeMicros,
  period: TimeMicros,
  threshold: number,
): TimeMicros {
  const failsAt = first + (Math.max(1, threshold) - 1) * period;
  return failsAt < good ? failsAt : Number.POSITIVE_INFINITY;
}

function periodsUntil(delayMicros: TimeMicros, period: TimeMicros): number {
  return Math.max(0, Math.ceil(delayMicros / period));
}
