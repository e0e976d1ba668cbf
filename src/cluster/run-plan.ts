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
  const endsAt = run.runMicros === null ? Number.POSITIVE_INFINITY : beginMicros + run.runMicros;
  const { startupProbe, readinessProbe, livenessProbe } = container;
  let startedAt = beginMicros;
  if (startupProbe !== undefined) {
    const startup = probeTimes(startupProbe, beginMicros, beginMicros, servesAt);
    if (startup.failsAt < startup.succeedsAt) {
      const never = Number.POSITIVE_INFINITY;
      return { startedAt: never, readyAt: never, unhealthyAt: startup.failsAt, endsAt };
    }
    startedAt = startup.succeedsAt;
  }
  let readyAt = startedAt;
  if (run.readyMicros !== undefined) readyAt += run.readyMicros ?? Number.POSITIVE_INFINITY;
  else if (readinessProbe !== undefined) {
    readyAt = probeTimes(readinessProbe, beginMicros, startedAt, servesAt).succeedsAt;
  }
  let unhealthyAt = Number.POSITIVE_INFINITY;
  if (livenessProbe !== undefined) {
    const liveness = probeTimes(livenessProbe, beginMicros, startedAt, servesAt);
    if (liveness.failsAt < liveness.succeedsAt) unhealthyAt = liveness.failsAt;
  }
  return { startedAt, readyAt, unhealthyAt, endsAt };
}

/** When a probe that is sent every period from `firstMicros` would have succeeded, and failed. */
function probeTimes(
  probe: Probe,
  beginMicros: TimeMicros,
  firstMicros: TimeMicros,
  servesAt: TimeMicros,
): { readonly succeedsAt: TimeMicros; readonly failsAt: TimeMicros } {
  const period = Math.max(1, probe.periodSeconds ?? 10) * MICROS_PER_SECOND;
  const allowedFrom = beginMicros + (probe.initialDelaySeconds ?? 0) * MICROS_PER_SECOND;
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
