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

/**
 * What the resource metrics API tells of a pod: the time and window of its container read earliest. It is
 * written anew when the pod is asked for after another scrape: whoever wants to keep it copies it.
 */
export interface ReportedPod {
  readonly podName: string;
  readonly timestampMicros: TimeMicros;
  readonly windowMicros: TimeMicros;
  readonly containers: readonly ReportedUsage[];
}

/** A container younger than that has no rate yet. */
const FRESH_MICROS = 10 * MICROS_PER_SECOND;
const NEVER = Number.NEGATIVE_INFINITY;

/** The last two points of one container, by the scrape that has found the last; written over in place. */
class ContainerPoints {
  scrape = 0;
  startMicros = NEVER;
  timestampMicros = NEVER;
  cpuNanos = 0;
  memoryBytes = 0;
  /** Of the point before; {@link NEVER}: there is none. */
  startBeforeMicros = NEVER;
  timestampBeforeMicros = NEVER;
  cpuNanosBefore = 0;
  readonly usage: { readonly name: string; cpuNanos: number; memoryBytes: number };

  constructor(readonly name: string) {
    this.usage = { name, cpuNanos: 0, memoryBytes: 0 };
  }

  take(point: MetricsPoint, scrape: number, resolutionMicros: TimeMicros): void {
    this.findBefore(point, scrape, resolutionMicros);
    this.scrape = scrape;
    this.startMicros = point.startMicros;
    this.timestampMicros = point.timestampMicros;
    this.cpuNanos = point.cpuNanos;
    this.memoryBytes = point.memoryBytes;
  }

  /** The point from which the rate until `point` counts. */
  private findBefore(point: MetricsPoint, scrape: number, resolutionMicros: TimeMicros): void {
    const { startMicros, timestampMicros } = point;
    const age = timestampMicros - startMicros;
    if (age >= FRESH_MICROS && age < resolutionMicros) {
      this.startBeforeMicros = startMicros;
      this.timestampBeforeMicros = startMicros;
      this.cpuNanosBefore = 0;
      return;
    }
    const wasThere = this.scrape === scrape - 1;
    if (!wasThere || startMicros >= this.timestampMicros) {
      this.timestampBeforeMicros = NEVER;
    } else if (timestampMicros > this.timestampMicros) {
      this.startBeforeMicros = this.startMicros;
      this.timestampBeforeMicros = this.timestampMicros;
      this.cpuNanosBefore = this.cpuNanos;
    } else if (this.timestampBeforeMicros >= timestampMicros) {
      this.timestampBeforeMicros = NEVER;
    }
  }
}

/**
 * The last two points of each container of a pod, between which its rate is. A point that is not newer
 * than the stored one keeps the pair that there is; one of a new life begins anew.
 * Source: metrics-server, pkg/storage/pod.go.
 */
export class PodPoints {
  private readonly containers: ContainerPoints[] = [];
  /** Those of the last scrape, in its order. */
  private readonly found: ContainerPoints[] = [];
  private foundCount = 0;
  private scrape = 0;
  private readonly told: {
    readonly podName: string;
    timestampMicros: TimeMicros;
    windowMicros: TimeMicros;
    readonly containers: ReportedUsage[];
  };

  constructor(
    podName: string,
    private readonly resolutionMicros: TimeMicros,
  ) {
    this.told = { podName, timestampMicros: 0, windowMicros: 0, containers: [] };
  }

  /** Another scrape: what it finds of the pod is stored next; nothing, where it finds none or fails. */
  begin(): void {
    this.scrape += 1;
    this.foundCount = 0;
  }

  store(point: MetricsPoint): void {
    const container = this.containerOf(point.name);
    container.take(point, this.scrape, this.resolutionMicros);
    this.found[this.foundCount] = container;
    this.foundCount += 1;
  }

  /** Null where some container of the last scrape has no rate yet. */
  report(): ReportedPod | null {
    if (this.foundCount === 0) return null;
    const { told, found } = this;
    let earliest = Number.POSITIVE_INFINITY;
    let windowMicros = 0;
    let count = 0;
    for (let i = 0; i < this.foundCount; i++) {
      const one = found[i]!;
      if (one.timestampBeforeMicros === NEVER) return null;
      if (one.startMicros < one.startBeforeMicros || one.cpuNanos < one.cpuNanosBefore) continue;
      const window = one.timestampMicros - one.timestampBeforeMicros;
      const rate = (one.cpuNanos - one.cpuNanosBefore) / (window / MICROS_PER_SECOND);
      one.usage.cpuNanos = Math.trunc(rate);
      one.usage.memoryBytes = one.memoryBytes;
      if (told.containers[count] !== one.usage) told.containers[count] = one.usage;
      count += 1;
      if (one.timestampMicros >= earliest) continue;
      earliest = one.timestampMicros;
      windowMicros = window;
    }
    if (told.containers.length !== count) told.containers.length = count;
    told.timestampMicros = earliest;
    told.windowMicros = windowMicros;
    return told;
  }

  private containerOf(name: string): ContainerPoints {
    for (const container of this.containers) if (container.name === name) return container;
    const container = new ContainerPoints(name);
    this.containers.push(container);
    return container;
  }
}
