import type { ContainerState } from "../api/pod-version.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { ContainerListener, ContainerRuntime } from "./container-runtime.js";
import { SIGKILLED, waitingFor } from "./container-states.js";
import type { ExponentialBackoff } from "./exponential-backoff.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";
import type { PodEnd } from "./pressure/node-pressure.js";
import { isRestarted, restartsAll } from "./restart-policy.js";
import type { StatusWriter } from "./status-writer.js";

export interface PodLifecycleOptions {
  readonly engine: Engine;
  readonly observer: ClusterObserver;
  readonly backoff: ExponentialBackoff;
  readonly writer: StatusWriter;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Called when a pod has ended and holds nothing of its node any more. */
  readonly released: (worker: PodWorker) => void;
  readonly imagePulled: (node: KubeletNode, image: string, bytes: number) => void;
  /** Whether the rule RestartAllContainers is known. */
  readonly restartsAllContainers: boolean;
}

/**
 * Decides which of a pod's containers run: init containers in order, then the others; restarts; the
 * end of the pod, by itself, by deletion or by its deadline.
 *
 * Source: Kubernetes, "Pod Lifecycle", "Init Containers", "Sidecar Containers" (KEP-753).
 */
export class PodLifecycle implements ContainerListener {
  private readonly deadlineTimer: HandlerId;
  private readonly restartAllTimer: HandlerId;
  private runtime!: ContainerRuntime;

  constructor(private readonly options: PodLifecycleOptions) {
    const { engine, find } = options;
    this.deadlineTimer = engine.registerHandler("kubelet/deadline", (row, serial) => {
      const worker = find(row, serial);
      if (worker !== undefined) this.deadlinePassed(worker);
    });
    this.restartAllTimer = engine.registerHandler("kubelet/restart-all", (row, serial) => {
      const worker = find(row, serial);
      if (worker !== undefined) this.stopForRestart(worker);
    });
  }

  /** The runtime that starts and stops what this decides; it reports back. */
  attach(runtime: ContainerRuntime): void {
    this.runtime = runtime;
  }

  /** Starts what may run of a pod that was admitted. */
  begin(worker: PodWorker): void {
    worker.stage = "active";
    this.armDeadline(worker);
    this.options.writer.markDirty(worker);
    this.sync(worker);
  }

  /** Goes on with a pod that a snapshot shows: only what it waits for happens. */
  resume(worker: PodWorker): void {
    this.armDeadline(worker);
    for (const container of worker.containers) {
      // Ended when the snapshot was taken, and not yet dealt with.
      const pending = container.step === "ended" && !isPassed(worker, container);
      if (pending && worker.stage === "active") this.containerExited(worker, container);
    }
    this.sync(worker);
  }

  /**
   * Goes on with a pod whose machine was down: what ran is lost, and it begins anew, init containers
   * and all, unless it may not restart, or `isDeleted` meanwhile.
   */
  reboot(worker: PodWorker, isDeleted: boolean): void {
    if (worker.stage !== "active" && worker.stage !== "terminating") return;
    const { now } = this.options.engine;
    for (const container of worker.containers) this.runtime.lose(worker, container, now);
    worker.restartingAll = false;
    this.options.writer.markDirty(worker);
    if (worker.stage === "terminating") {
      this.stopRest(worker);
      return;
    }
    if (isDeleted) return;
    this.armDeadline(worker);
    const policy = worker.pod.spec.restartPolicy ?? "Always";
    const ran = worker.containers.some(({ status }) => status.state === "terminated");
    const haveOwn = worker.containers.some(
      ({ spec, role }) => role !== "sidecar" && spec.restartPolicy !== undefined,
    );
    if (policy === "Never" && ran && !haveOwn) {
      this.wind(worker);
      return;
    }
    const hasInit = worker.containers.some(({ role }) => role !== "main");
    worker.initialized = !hasInit;
    for (const container of worker.containers) {
      const { status, role } = container;
      const isOver = status.state === "terminated" && role === "main";
      if (isOver && !isRestarted(container, worker.pod.spec, status.exitCode ?? 0)) continue;
      container.step = "idle";
      container.backoff = null;
      container.status = waitingFor(status, hasInit ? "PodInitializing" : "ContainerCreating");
    }
    this.sync(worker);
  }

  /** Starts the containers whose turn it is. */
  sync(worker: PodWorker): void {
    if (worker.stage !== "active") return;
    if (!worker.initialized && !this.syncInit(worker)) return;
    worker.initialized = true;
    for (const container of worker.containers) {
      if (container.role === "main" && container.step === "idle") {
        this.runtime.start(worker, container);
      }
    }
  }

  /** Starts the next init container; true once all are done. */
  private syncInit(worker: PodWorker): boolean {
    for (const container of worker.containers) {
      if (container.role === "main") break;
      const passed =
        container.role === "sidecar"
          ? container.status.started
          : container.step === "ended" && container.status.exitCode === 0;
      if (passed) continue;
      if (container.step !== "idle") return false;
      // Starting it calls back, which goes on from there if it is done at once.
      this.runtime.start(worker, container);
      if (!container.status.started || container.role === "init") return false;
    }
    return true;
  }

  containerChanged(worker: PodWorker, container: ContainerRecord): void {
    this.options.writer.markDirty(worker);
    if (container.role === "sidecar" && container.status.started) this.sync(worker);
  }

  imagePulled(node: KubeletNode, image: string, bytes: number): void {
    this.options.imagePulled(node, image, bytes);
  }

  containerExited(worker: PodWorker, container: ContainerRecord): void {
    this.options.writer.markDirty(worker);
    if (worker.stage === "terminating") {
      this.stopRest(worker);
      return;
    }
    if (worker.restartingAll) {
      this.stopForRestart(worker);
      return;
    }
    if (this.options.restartsAllContainers && restartsAll(container, container.exitCode)) {
      this.restartAll(worker);
      return;
    }
    if (this.mayRestart(worker, container)) {
      this.restart(worker, container);
      return;
    }
    if (container.role === "init") {
      if (container.status.exitCode === 0) this.sync(worker);
      else this.wind(worker);
      return;
    }
    const over = worker.containers.every((c) => c.role !== "main" || c.step === "ended");
    if (over) this.wind(worker);
  }

  backoffOver(worker: PodWorker, container: ContainerRecord): void {
    const { engine, backoff } = this.options;
    const failedAt = container.status.lastTermination?.finishedAtMicros ?? engine.now;
    container.backoff = backoff.next(container.backoff, failedAt, engine.now);
    this.runtime.start(worker, container);
  }

  /**
   * All of a pod's containers begin anew in its sandbox, init containers and all, without a back-off, once their stop is on
   * the way to the API server. Source: KEP-5532; upstream's `computePodActions`, `SyncPod`.
   */
  private restartAll(worker: PodWorker): void {
    const { engine } = this.options;
    worker.restartingAll = true;
    const { row, serial } = worker;
    engine.scheduleAt(engine.now, Phase.settle, this.restartAllTimer, row, serial);
  }

  /** What runs is stopped one after the other, without hooks, init containers last; then all begin. */
  private stopForRestart(worker: PodWorker): void {
    if (worker.stage !== "active" || !worker.restartingAll) return;
    const { containers } = worker;
    if (containers.some(({ step }) => step === "stopping")) return;
    const running = containers.filter(({ step }) => step === "running");
    const next = running.find(({ role }) => role === "main") ?? running[0];
    if (next !== undefined) {
      this.runtime.stop(worker, next, this.options.engine.now);
      return;
    }
    worker.restartingAll = false;
    worker.wasInitialized ||= worker.initialized;
    worker.initialized = containers.every(({ role }) => role === "main");
    for (const container of containers) this.runtime.reset(worker, container);
    this.options.writer.markDirty(worker);
    this.sync(worker);
  }

  private mayRestart(worker: PodWorker, container: ContainerRecord): boolean {
    return isRestarted(container, worker.pod.spec, container.status.exitCode ?? 0);
  }

  private restart(worker: PodWorker, container: ContainerRecord): void {
    const { engine, backoff, observer } = this.options;
    const now = engine.now;
    const failedAt = container.status.finishedAtMicros ?? now;
    const retryAt = backoff.retryAt(container.backoff, failedAt);
    if (retryAt <= now) {
      container.backoff = backoff.next(container.backoff, failedAt, now);
      this.runtime.restart(worker, container);
      return;
    }
    container.status = waitingFor(container.status, "CrashLoopBackOff");
    const { namespace, name, uid } = worker.pod;
    observer.event(
      "Warning",
      "BackOff",
      worker.pod,
      `Back-off restarting failed container ${container.spec.name} in pod ${name}_${namespace}(${uid})`,
      now,
    );
    const longest = (container.backoff?.delayMicros ?? 0) >= backoff.maxMicros;
    this.runtime.waitInBackoff(worker, container, retryAt, longest);
  }

  /** The containers are done, or init has failed for good: what is left goes. */
  private wind(worker: PodWorker): void {
    const grace = worker.pod.spec.terminationGracePeriodSeconds ?? 30;
    this.terminate(worker, this.options.engine.now + grace * MICROS_PER_SECOND);
  }

  /** Ends a pod as Failed, for the kubelet's own reason, which is told once its containers have ended. */
  evict(worker: PodWorker, { reason, message, killAtMicros }: PodEnd): void {
    if (worker.stage === "ended") return;
    const { engine, observer } = this.options;
    // Whoever was told to go already is taken off its node by whoever told it.
    if (worker.end === null && worker.pod.deletionTimeMicros === null) {
      observer.podEvicted(worker.pod, reason, engine.now);
    }
    worker.failed = true;
    worker.end = { reason, message };
    this.terminate(worker, killAtMicros);
  }

  /** Stops all of a pod; SIGKILL comes at `killAtMicros`. A further call may only hasten it. */
  terminate(worker: PodWorker, killAtMicros: TimeMicros): void {
    if (worker.stage === "ended") return;
    if (worker.stage === "terminating") {
      if (killAtMicros >= worker.killAtMicros) return;
      worker.killAtMicros = killAtMicros;
      for (const container of worker.containers) {
        if (container.step === "stopping") this.runtime.hurry(worker, container, killAtMicros);
      }
      return;
    }
    worker.stage = "terminating";
    worker.restartingAll = false;
    worker.killAtMicros = killAtMicros;
    this.disarmDeadline(worker);
    const { containers } = worker;
    for (let i = 0; i < containers.length; i++) {
      const container = containers[i]!;
      if (container.step === "running") {
        if (container.role !== "sidecar") this.runtime.stop(worker, container, killAtMicros);
      } else if (container.step !== "stopping") this.runtime.abandon(container);
    }
    this.stopRest(worker);
  }

  /** Sidecars go one after the other, the last first, when the other containers are gone. */
  private stopRest(worker: PodWorker): void {
    const { containers } = worker;
    for (let i = 0; i < containers.length; i++) {
      const { step, role } = containers[i]!;
      if (step === "stopping" || (step === "running" && role !== "sidecar")) return;
    }
    for (let i = containers.length - 1; i >= 0; i--) {
      const container = containers[i]!;
      if (container.step !== "running") continue;
      this.runtime.stop(worker, container, worker.killAtMicros);
      return;
    }
    this.finish(worker);
  }

  private finish(worker: PodWorker): void {
    worker.stage = "ended";
    if (worker.end !== null) {
      worker.reason = worker.end.reason;
      worker.message = worker.end.message;
    }
    if (worker.initialized) {
      for (const container of worker.containers) {
        const { status, role } = container;
        if (role === "main" && status.state === "waiting") container.status = lost(status);
      }
    }
    this.options.released(worker);
    this.options.writer.markDirty(worker);
  }

  private armDeadline(worker: PodWorker): void {
    const seconds = worker.pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || worker.startTimeMicros === null) return;
    const { engine } = this.options;
    const at = Math.max(engine.now, worker.startTimeMicros + seconds * MICROS_PER_SECOND);
    const { row, serial } = worker;
    worker.deadlineTimer = engine.scheduleAt(at, Phase.world, this.deadlineTimer, row, serial);
  }

  disarmDeadline(worker: PodWorker): void {
    if (worker.deadlineTimer !== 0) this.options.engine.cancel(worker.deadlineTimer);
    worker.deadlineTimer = 0;
  }

  private deadlinePassed(worker: PodWorker): void {
    worker.deadlineTimer = 0;
    const { engine, observer } = this.options;
    worker.failed = true;
    worker.reason = "DeadlineExceeded";
    worker.message = "Pod was active on the node longer than the specified deadline";
    observer.event("Normal", "DeadlineExceeded", worker.pod, worker.message, engine.now);
    this.options.writer.markDirty(worker);
    this.wind(worker);
  }
}

/** Whether a container that has ended has nothing more to do while others of its pod do. */
function isPassed(worker: PodWorker, container: ContainerRecord): boolean {
  const { role, status } = container;
  if (role === "init") return status.exitCode === 0;
  if (role === "sidecar") return false;
  const stays = !isRestarted(container, worker.pod.spec, status.exitCode ?? 0);
  return stays && worker.containers.some((c) => c.role === "main" && c.step !== "ended");
}

/** What a pod that has ended says of a container that did not run at the end. */
function lost(waiting: ContainerState): ContainerState {
  return {
    ...waiting,
    state: "terminated",
    reason: "ContainerStatusUnknown",
    exitCode: SIGKILLED,
  };
}
