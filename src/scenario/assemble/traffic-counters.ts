import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type {
  ContainerCounters,
  ContainerLife,
} from "../../cluster/metrics-server/container-counters.js";
import type { TrafficSimulation } from "../../traffic/cluster/traffic-simulation.js";

const NANOS_PER_SECOND = 1e9;

/** What containers use by their behavior, and what their requests take besides. */
export class TrafficCounters implements ContainerCounters {
  /** Null as long as nothing simulates requests. */
  traffic: TrafficSimulation | null = null;

  constructor(private readonly behavior: ContainerCounters) {}

  cpuNanos(pod: PodVersion, life: ContainerLife, atMicros: TimeMicros): number {
    const base = this.behavior.cpuNanos(pod, life, atMicros);
    if (this.traffic === null) return base;
    const run = { container: life.container.name, beganMicros: life.startMicros };
    return base + this.traffic.coreSecondsAt(pod, run, atMicros) * NANOS_PER_SECOND;
  }

  memoryBytes(pod: PodVersion, life: ContainerLife, atMicros: TimeMicros): number {
    return this.behavior.memoryBytes(pod, life, atMicros);
  }
}
