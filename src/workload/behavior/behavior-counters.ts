import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import type { ContainerBehavior } from "./container-behavior.js";

/**
 * The counters of containers as `behavior` says what they use. Whoever reads them asks for the same container of the
 * same version of a pod again and again: of these it is remembered, by the row of the pod.
 */
export class BehaviorCounters {
  private readonly pods: PodVersion[] = [];
  private readonly containers: Container[] = [];
  /** NaN: it changes over time. */
  private readonly millis: number[] = [];

  constructor(private readonly behavior: ContainerBehavior) {}

  /** In nanoseconds of one core: a thousandth of a core uses one in a microsecond. */
  cpuNanos(
    pod: PodVersion,
    row: number,
    container: Container,
    startMicros: TimeMicros,
    atMicros: TimeMicros,
  ): number {
    const isKnown = this.pods[row] === pod && this.containers[row] === container;
    let millis = isKnown ? this.millis[row]! : this.steadyMillis(pod, row, container);
    if (Number.isNaN(millis)) {
      const span = { fromMicros: startMicros, toMicros: atMicros };
      millis = this.behavior.meanCpuMillis(pod, container, span);
    }
    return millis * (atMicros - startMicros);
  }

  memoryBytes(pod: PodVersion, container: Container, atMicros: TimeMicros): number {
    return this.behavior.memoryBytesAt(pod, container, atMicros);
  }

  private steadyMillis(pod: PodVersion, row: number, container: Container): number {
    while (this.pods.length < row) {
      this.pods.push(pod);
      this.containers.push(container);
      this.millis.push(Number.NaN);
    }
    const millis = this.behavior.steadyCpuMillisOf(pod, row, container);
    this.pods[row] = pod;
    this.containers[row] = container;
    this.millis[row] = millis;
    return millis;
  }
}
