import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";

/** A container's counters as they were read. */
export interface MetricsPoint {
  readonly name: string;
  /** When the counter was 0. */
  readonly startMicros: TimeMicros;
  readonly timestampMicros: TimeMicros;
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

interface ReportedUsage {
  readonly name: string;
  /** In billionths of a core. */
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** What the resource metrics API tells of a pod: the time and window of its container read earliest. */
export interface ReportedPod {
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
  readonly containers: readonly ReportedUsage[];
}

/** A container younger than that has no rate yet. */
const FRESH_MICROS = 10 * MICROS_PER_SECOND;

/**
 * The last two points of each container of a pod, between which its rate is. A point that is not newer
 * than the stored one keeps the pair that there is; one of a new life begins anew.
 * Source: metrics-server, pkg/storage/pod.go.
 */
export class PodPoints {
  private last: readonly MetricsPoint[] = [];
  private previous: readonly MetricsPoint[] = [];

  constructor(private readonly resolutionMicros: TimeMicros) {}

  /** Takes what one scrape has found of the pod; nothing, where it has found none or failed. */
  store(points: readonly MetricsPoint[]): void {
    const previous: MetricsPoint[] = [];
    for (const point of points) {
      const before = this.pointBefore(point);
      if (before !== null) previous.push(before);
    }
    this.last = points;
    this.previous = previous;
  }

  /** Null where some container of the last scrape has no rate yet. */
  report(): ReportedPod | null {
    if (this.last.length === 0 || this.previous.length === 0) return null;
    const containers: ReportedUsage[] = [];
    let timestampMicros = Number.POSITIVE_INFINITY;
    let windowMicros = 0;
    for (const last of this.last) {
      const before = named(this.previous, last.name);
      if (before === undefined) return null;
      if (last.startMicros < before.startMicros || last.cpuNanos < before.cpuNanos) continue;
      const window = last.timestampMicros - before.timestampMicros;
      const rate = (last.cpuNanos - before.cpuNanos) / (window / MICROS_PER_SECOND);
      const { name, memoryBytes } = last;
      containers.push({ name, cpuNanos: Math.trunc(rate), memoryBytes });
      if (last.timestampMicros >= timestampMicros) continue;
      timestampMicros = last.timestampMicros;
      windowMicros = window;
    }
    return { timestampMicros, windowMicros, containers };
  }

  /** The point from which the rate until `point` counts. */
  private pointBefore(point: MetricsPoint): MetricsPoint | null {
    const age = point.timestampMicros - point.startMicros;
    if (age >= FRESH_MICROS && age < this.resolutionMicros) {
      return { ...point, timestampMicros: point.startMicros, cpuNanos: 0 };
    }
    const last = named(this.last, point.name);
    if (last === undefined || point.startMicros >= last.timestampMicros) return null;
    if (point.timestampMicros > last.timestampMicros) return last;
    const before = named(this.previous, point.name);
    return before !== undefined && before.timestampMicros < point.timestampMicros ? before : null;
  }
}

function named(points: readonly MetricsPoint[], name: string): MetricsPoint | undefined {
  for (const point of points) if (point.name === name) return point;
  return undefined;
}
