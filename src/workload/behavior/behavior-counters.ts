import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerBehavior } from "./container-behavior.js";

interface Life {
  readonly container: Container;
  readonly startMicros: TimeMicros;
}

/** The counters of containers as `behavior` says what they use. */
export class BehaviorCounters {
  constructor(private readonly behavior: ContainerBehavior) {}

  /** In nanoseconds of one core: a thousandth of a core uses one in a microsecond. */
  cpuNanos(pod: PodVersion, { container, startMicros }: Life, atMicros: TimeMicros): number {
    const span = { fromMicros: startMicros, toMicros: atMicros };
    return this.behavior.meanCpuMillis(pod, container, span) * (atMicros - startMicros);
  }

  memoryBytes(pod: PodVersion, { container }: Life, atMicros: TimeMicros): number {
    return this.behavior.memoryBytesAt(pod, container, atMicros);
  }
}
