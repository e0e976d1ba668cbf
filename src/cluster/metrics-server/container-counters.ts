import type { Container } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";

/** One run of a container, from its start to its end. */
export interface ContainerLife {
  readonly container: Container;
  readonly startMicros: TimeMicros;
  /** Null while it runs. */
  readonly endMicros: TimeMicros | null;
}

/** Runs of containers whose counters are read, each at its instant: the first `length` places. */
export interface CounterReads {
  readonly length: number;
  readonly pods: readonly PodVersion[];
  /** Of the pods. */
  readonly rows: Int32Array;
  readonly containers: readonly Container[];
  readonly startMicros: Float64Array;
  readonly atMicros: Float64Array;
  /** What each is found to have used. */
  readonly cpuNanos: Float64Array;
}

/** Reads the counters one by one. */
export function readEach(
  counters: Pick<ContainerCounters, "cpuNanos">,
  { length, pods, rows, containers, startMicros, atMicros, cpuNanos }: CounterReads,
): void {
  for (let i = 0; i < length; i++) {
    const start = startMicros[i]!;
    const at = atMicros[i]!;
    cpuNanos[i] = counters.cpuNanos(pods[i]!, rows[i]!, containers[i]!, start, at);
  }
}

/**
 * What containers use, as the counters of their nodes tell it. Whoever knows what they do answers: the
 * behavior of containers, or the traffic that they serve.
 *
 * It is asked for instants up to now and not older than a few scrapes, in no order between containers. `row` is
 * the pod's: who asks for many has it at hand.
 */
export interface ContainerCounters {
  /** CPU time that a run has used from its start until that instant, in nanoseconds of one core. */
  cpuNanos(
    pod: PodVersion,
    row: number,
    container: Container,
    startMicros: TimeMicros,
    atMicros: TimeMicros,
  ): number;
  /** As `cpuNanos` of each of many; absent: they are read one by one. */
  readCpuNanos?(reads: CounterReads): void;
  /** What was used up to that instant is told the same whenever it is asked for; absent: up to now. */
  settledMicros?(): TimeMicros;
  /** Memory in use at that instant: the working set. */
  memoryBytes(pod: PodVersion, container: Container, atMicros: TimeMicros): number;
}
