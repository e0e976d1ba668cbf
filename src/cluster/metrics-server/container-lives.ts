import type { ContainerState } from "../../api/pod-version.js";
import type { ContainerRecord, PodWorker } from "../pod-worker.js";
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
  /** Of a pod with one container: who runs it, what is known of that, and its status then. */
  private readonly workers: (PodWorker | null)[] = [];
  private readonly records: (ContainerRecord | null)[] = [];
  private readonly statuses: (ContainerState | null)[] = [];

  /** @param workerAt who runs the pod in a row. */
  constructor(private readonly workerAt: (row: number) => PodWorker | undefined) {}

  of(row: number, containers: readonly ContainerRecord[]): PodLives {
    const before = this.known[row];
    if (before !== undefined && isCurrent(before, containers)) return before;
    const statuses = containers.map(({ status }) => status);
    const known = { key: containers, statuses, lives: [...livesOf(containers)] };
    this.makeRoom(row);
    this.known[row] = known;
    const isSingle = containers.length === 1;
    this.workers[row] = isSingle ? (this.workerAt(row) ?? null) : null;
    this.records[row] = isSingle ? containers[0]! : null;
    this.statuses[row] = isSingle ? statuses[0]! : null;
    return known;
  }

  /** Whether the lives of a pod with one container are those that were asked for last; false of other pods. */
  isUnchanged(row: number): boolean {
    const record = this.records[row] ?? null;
    return (
      record !== null &&
      this.workers[row] === this.workerAt(row) &&
      record.status === this.statuses[row]
    );
  }

  /** Without gaps: an array with large ones is a table of hashes. */
  private makeRoom(row: number): void {
    while (this.known.length <= row) {
      this.known.push(undefined);
      this.workers.push(null);
      this.records.push(null);
      this.statuses.push(null);
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
