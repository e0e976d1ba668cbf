import type { ContainerRecord } from "../pod-worker.js";
import type { ContainerLife } from "./container-counters.js";

/** The present life of each container, or its last one, and the one before, as its status tells them. */
export function* livesOf(containers: readonly ContainerRecord[]): Iterable<ContainerLife> {
  for (const { spec: container, status } of containers) {
    const { lastTermination: last, startedAtMicros: startMicros } = status;
    if (last !== null && last.startedAtMicros !== null) {
      const { startedAtMicros, finishedAtMicros } = last;
      yield { container, startMicros: startedAtMicros, endMicros: finishedAtMicros };
    }
    if (startMicros === null) continue;
    const endMicros = status.state === "running" ? null : status.finishedAtMicros;
    yield { container, startMicros, endMicros };
  }
}
