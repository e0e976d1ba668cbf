import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerBehavior } from "./container-behavior.js";

interface Life {
  readonly container: Container;
  readonly startMicros: TimeMicros;
}

/** The counters of containers that use always the same, as `behavior` says. */
export class BehaviorCounters {
  constructor(private readonly behavior: Pick<ContainerBehavior, "usage">) {}

  /** In nanoseconds of one core: a thousandth of a core uses one in a microsecond. */
  cpuNanos(pod: PodVersion, { container, startMicros }: Life, atMicros: TimeMicros): number {
    return this.behavior.usage(pod, container).cpuMillis * (atMicros - startMicros);
  }

  memoryBytes(pod: PodVersion, { container }: Life): number {
    return this.behavior.usage(pod, container).memoryBytes;
  }
}
