import type { ContainerState, PodVersion } from "../api/pod-version.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { AnswerId, Client } from "../store/client.js";
import type { Outcome } from "../store/outcome.js";
import type { PodChange } from "../store/request.js";
import { conditionsOf, type PodStatusFeatures, phaseOf } from "./pod-status.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";

export interface StatusWriterOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly features: PodStatusFeatures;
  /** The worker of that row and serial number, if there still is one. */
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Called once nothing is left to say of a pod that has ended and is not being deleted. */
  readonly settled: (worker: PodWorker) => void;
}

/**
 * Writes pod statuses: one request in flight a pod; what changes meanwhile goes with the next one.
 * A pod that has ended and is being deleted is then removed, with a grace period of 0.
 *
 * Source: Kubernetes, `pkg/kubelet/status`; "Pod Lifecycle: Termination of Pods".
 */
export class StatusWriter {
  private readonly flushHandler: HandlerId;
  private readonly statusAnswer: AnswerId;
  private readonly deleteAnswer: AnswerId;
  private due: PodWorker[] = [];

  constructor(private readonly options: StatusWriterOptions) {
    const { engine, client } = options;
    this.flushHandler = engine.registerHandler("kubelet/status", () => this.flush());
    this.statusAnswer = client.onAnswer((outcome, row, serial) =>
      this.answered(outcome, options.find(row, serial)),
    );
    this.deleteAnswer = client.onAnswer(() => {});
  }

  /** Has the pod's status written, once the present instant's changes are done. */
  markDirty(worker: PodWorker): void {
    if (worker.dirty) return;
    worker.dirty = true;
    if (!worker.writing) this.enqueue(worker);
  }

  /** Removes a pod that has ended, after its last status. */
  removeEnded(worker: PodWorker): void {
    if (worker.dirty || worker.writing || worker.deleteSent || !worker.node.hears) return;
    if (worker.isUnmounting) return;
    worker.deleteSent = true;
    const { client } = this.options;
    client.submit(
      { verb: "delete", target: worker.pod, gracePeriodSeconds: 0 },
      this.deleteAnswer,
      worker.row,
      worker.serial,
    );
  }

  /** Writes what could not be written while the pod's node was cut off. */
  resume(worker: PodWorker): void {
    if (worker.writing) return;
    if (worker.dirty) this.enqueue(worker);
    else if (worker.stage === "ended" && worker.pod.deletionTimeMicros !== null) {
      this.removeEnded(worker);
    }
  }

  private enqueue(worker: PodWorker): void {
    if (this.due.length === 0) {
      const { engine } = this.options;
      engine.scheduleAt(engine.now, Phase.react, this.flushHandler);
    }
    this.due.push(worker);
  }

  private flush(): void {
    const due = this.due;
    this.due = [];
    for (const worker of due) {
      // One that was dropped meanwhile has nobody to tell any more, one that is cut off nobody yet.
      const isThere = this.options.find(worker.row, worker.serial) === worker;
      if (isThere && worker.node.hears) this.write(worker);
    }
  }

  private write(worker: PodWorker): void {
    worker.dirty = false;
    worker.writing = true;
    const { client } = this.options;
    const request = { verb: "patch", target: worker.pod, change: this.changeOf(worker) } as const;
    client.submit(request, this.statusAnswer, worker.row, worker.serial);
  }

  private changeOf(worker: PodWorker): PodChange {
    const { reason, message, startTimeMicros } = worker;
    if (worker.containers.length === 0) {
      return { phase: "Failed", status: { reason, message, startTimeMicros } };
    }
    const { features, engine } = this.options;
    const phase = phaseOf(worker, features);
    worker.initStates = statesOf(worker.containers, true, worker.initStates);
    worker.mainStates = statesOf(worker.containers, false, worker.mainStates);
    return {
      phase,
      status: {
        initContainers: worker.initStates,
        containers: worker.mainStates,
        startTimeMicros,
        podIP: worker.podIP,
        reason,
        message,
      },
      setConditions: conditionsOf(worker, phase, features, engine.now),
    };
  }

  private answered(outcome: Outcome, worker: PodWorker | undefined): void {
    if (worker === undefined) return;
    worker.writing = false;
    // The only refusal is that the pod is gone; the watch will say so too.
    if (!outcome.ok) return;
    if (worker.dirty) this.enqueue(worker);
    else if (worker.stage === "ended") {
      const newest = outcome.object as PodVersion;
      if (newest.deletionTimeMicros !== null) this.removeEnded(worker);
      else this.options.settled(worker);
    }
  }
}

/** The states of the init or the main containers; `known` itself if nothing changed. */
function statesOf(
  containers: readonly ContainerRecord[],
  init: boolean,
  known: readonly ContainerState[],
): readonly ContainerState[] {
  let count = 0;
  let same = true;
  for (const { role, status } of containers) {
    if ((role !== "main") !== init) continue;
    if (known[count] !== status) same = false;
    count += 1;
  }
  if (same && count === known.length) return known;
  return containers.filter((c) => (c.role !== "main") === init).map((c) => c.status);
}
