import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import {
  type ContainerCounters,
  type CounterReads,
  readEach,
} from "../../cluster/metrics-server/container-counters.js";
import { NANOS_PER_SECOND } from "../../traffic/cluster/served-pods.js";
import type { TrafficSimulation } from "../../traffic/cluster/traffic-simulation.js";

/** What containers use by their behavior, and what their requests take besides. */
export class TrafficCounters implements ContainerCounters {
  /** Null as long as nothing simulates requests. */
  traffic: TrafficSimulation | null = null;

  constructor(private readonly behavior: ContainerCounters) {}

  cpuNanos(
    pod: PodVersion,
    row: number,
    container: Container,
    startMicros: TimeMicros,
    atMicros: TimeMicros,
  ): number {
    const base = this.behavior.cpuNanos(pod, row, container, startMicros, atMicros);
    if (this.traffic === null) return base;
    const coreSeconds = this.traffic.coreSecondsAt(row, container.name, startMicros, atMicros);
    return base + coreSeconds * NANOS_PER_SECOND;
  }

  readCpuNanos(reads: CounterReads): void {
    readEach(this.behavior, reads);
    this.traffic?.addCoreNanos(reads);
  }

  settledMicros(): TimeMicros {
    return this.traffic?.settledMicros ?? Number.POSITIVE_INFINITY;
  }

  memoryBytes(pod: PodVersion, container: Container, atMicros: TimeMicros): number {
    return this.behavior.memoryBytes(pod, container, atMicros);
  }
}
