import type { ContainerState } from "../../api/pod-version.js";
import type { ContainerRecord } from "../pod-worker.js";
import type { ContainerLife } from "./container-counters.js";

interface Known {
  readonly containers: readonly ContainerRecord[];
  readonly statuses: readonly ContainerState[];
  readonly lives: readonly ContainerLife[];
}

/** The lives of containers, by the row of their pod: the same objects until the status of one changes. */
export class ContainerLives {
  private readonly known: (Known | undefined)[] = [];

  of(row: number, containers: readonly ContainerRecord[]): readonly ContainerLife[] {
    const before = this.known[row];
    if (before !== undefined && isCurrent(before, containers)) return before.lives;
    const statuses = containers.map(({ status }) => status);
    const lives = [...livesOf(containers)];
    this.known[row] = { containers, statuses, lives };
    return lives;
  }
}

function isCurrent(known: Known, containers: readonly ContainerRecord[]): boolean {
  if (known.containers !== containers) return false;
  for (let i = 0; i < containers.length; i++) {
    if (containers[i]!.status !== known.statuses[i]) return false;
  }
  return known.statuses.length === containers.length;
}

/** The present life of each container, or its last one, and the one before, as its status tells them. */
function* livesOf(containers: readonly ContainerRecord[]): Iterable<ContainerLife> {
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
