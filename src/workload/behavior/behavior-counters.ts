import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerBehavior } from "./container-behavior.js";

/** The counters of containers as `behavior` says what they use. */
export class BehaviorCounters {
  constructor(private readonly behavior: ContainerBehavior) {}

  /** In nanoseconds of one core: a thousandth of a core uses one in a microsecond. */
  cpuNanos(
    pod: PodVersion,
    row: number,
    container: Container,
    startMicros: TimeMicros,
    atMicros: TimeMicros,
  ): number {
    const { behavior } = this;
    const steady = behavior.steadyCpuMillisOf(pod, row, container);
    const span = { fromMicros: startMicros, toMicros: atMicros };
    const millis = Number.isNaN(steady) ? behavior.meanCpuMillis(pod, container, span) : steady;
    return millis * (atMicros - startMicros);
  }

  memoryBytes(pod: PodVersion, container: Container, atMicros: TimeMicros): number {
    return this.behavior.memoryBytesAt(pod, container, atMicros);
  }
}
