import type { ContainerState } from "../../api/pod-version.js";
import type { ContainerRecord } from "../pod-worker.js";
import type { ContainerLife } from "./container-counters.js";

/** The lives of a pod's containers, the present ones and those before: the same object until one changes. */
export interface PodLives {
  /** The same object as long as it is the same pod. */
  readonly key: object;
  readonly lives: readonly ContainerLife[];
}

interface Known extends PodLives {
  readonly key: readonly ContainerRecord[];
  readonly statuses: readonly ContainerState[];
}

/** The lives of containers, by the row of their pod. */
export class ContainerLives {
  private readonly known: (Known | undefined)[] = [];
  /** 1: a pod with one container, which is as it was when it was asked for. */
  private readonly unchanged: number[] = [];

  of(row: number, containers: readonly ContainerRecord[]): PodLives {
    const before = this.known[row];
    if (before !== undefined && isCurrent(before, containers)) {
      this.follow(row, before);
      return before;
    }
    const statuses = containers.map(({ status }) => status);
    const known = { key: containers, statuses, lives: [...livesOf(containers)] };
    this.makeRoom(row);
    this.known[row] = known;
    this.follow(row, known);
    return known;
  }

  /** Whether the lives of a pod with one container are those that were asked for last; false of other pods. */
  isUnchanged(row: number): boolean {
    return this.unchanged[row] === 1;
  }

  /** Whether they change is not asked again and again, but told once. */
  private follow(row: number, known: Known): void {
    const [record, ...others] = known.key;
    if (record === undefined || others.length > 0) {
      this.unchanged[row] = 0;
      return;
    }
    if (this.unchanged[row] === 1 && record.watch !== null) return;
    this.unchanged[row] = 1;
    record.watch = {
      changed: () => {
        if (this.known[row] === known) this.unchanged[row] = 0;
      },
    };
  }

  /** Without gaps: an array with large ones is a table of hashes. */
  private makeRoom(row: number): void {
    while (this.known.length <= row) {
      this.known.push(undefined);
      this.unchanged.push(0);
    }
  }
}

function isCurrent({ key, statuses }: Known, containers: readonly ContainerRecord[]): boolean {
  if (key !== containers) return false;
  for (let i = 0; i < containers.length; i++) {
    if (containers[i]!.status !== statuses[i]) return false;
  }
  return statuses.length === containers.length;
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
