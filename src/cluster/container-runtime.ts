import { MICROS_PER_SECOND, type TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { BehaviorSource, ContainerRun } from "./container-behavior.js";
import { ContainerImages } from "./container-images.js";
import { lostState, restartingState, SIGKILLED, terminationOf } from "./container-states.js";
import type { FailedPulls } from "./failed-pulls.js";
import type { ImagePulling } from "./image-pulls.js";
import type { KubeletNode } from "./kubelet-node.js";
import { oomKilled } from "./out-of-memory.js";
import { PodUsage } from "./pod-usage.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";
import { NOTHING_PLANNED, planRun, type RunPlan } from "./run-plan.js";

/** What is told to whoever decides which containers run. */
export interface ContainerListener {
  /** A container began to run, finished its startup, or became ready. */
  containerChanged(worker: PodWorker, container: ContainerRecord): void;
  /** A container has ended; its status says how. */
  containerExited(worker: PodWorker, container: ContainerRecord): void;
  /** The wait of a container in backoff is over. */
  backoffOver(worker: PodWorker, container: ContainerRecord): void;
  /** A node has an image that it did not have. */
  imagePulled(node: KubeletNode, image: string, bytes: number): void;
}

export interface ContainerRuntimeOptions {
  readonly engine: Engine;
  readonly behavior: BehaviorSource;
  readonly observer: ClusterObserver;
  readonly imagePulling: (node: KubeletNode) => ImagePulling;
  /** Images that cannot be pulled. */
  readonly pulls: FailedPulls;
  readonly listener: ContainerListener;
  readonly find: (row: number, serial: number) => PodWorker | undefined;
  /** Told when what the containers of a node use has changed. */
  readonly usageChanged: (node: KubeletNode) => void;
}

/** A container gets this long between SIGTERM and SIGKILL at least. */
const MINIMUM_GRACE_MICROS = 2 * MICROS_PER_SECOND;

/**
 * Starts and stops containers and knows when something happens to them: at most one event is queued
 * for a container, and none for one that runs for ever and is ready.
 */
export class ContainerRuntime {
  private readonly timer: HandlerId;
  private readonly hopelessTimer: HandlerId;
  private readonly images: ContainerImages;
  private readonly usage: PodUsage;

  constructor(private readonly options: ContainerRuntimeOptions) {
    const { engine, find } = options;
    const due = (row: number, serial: number, index: number) => {
      const worker = find(row, serial);
      const container = worker?.containers[index];
      if (worker !== undefined && container !== undefined) this.due(worker, container);
    };
    this.timer = engine.registerHandler("kubelet/container", due);
    this.hopelessTimer = engine.registerHandler("kubelet/longest-backoff", due, {
      background: true,
    });
    this.images = new ContainerImages({
      ...options,
      launch: (worker, container) => this.launch(worker, container),
      waits: (worker, container, again) => this.waitForImage(worker, container, again),
      pulled: (node, image, bytes) => options.listener.imagePulled(node, image, bytes),
    });
    this.usage = new PodUsage(options);
  }

  /** Gets the container's image if it is not there, then runs it. */
  start(worker: PodWorker, container: ContainerRecord): void {
    this.images.ask(worker, container);
  }

  private waitForImage(
    worker: PodWorker,
    container: ContainerRecord,
    againAtMicros: TimeMicros | null,
  ): void {
    const { engine, listener } = this.options;
    container.step = "no image";
    if (againAtMicros !== null) {
      const { row, serial } = worker;
      const { index } = container;
      const timer = this.hopelessTimer;
      container.timer = engine.scheduleAt(againAtMicros, Phase.world, timer, row, serial, index);
    }
    listener.containerChanged(worker, container);
  }

  /** Takes up a container that runs already, as a snapshot shows it. */
  resume(worker: PodWorker, container: ContainerRecord): void {
    container.step = "running";
    const beginMicros = container.status.startedAtMicros ?? this.options.engine.now;
    const run = this.runOf(worker, container, container.status.restartCount);
    this.plan(container, run, beginMicros);
    const now = this.options.engine.now;
    const { status } = container;
    const plan = container.plan!;
    const never = Number.POSITIVE_INFINITY;
    const late = (at: TimeMicros) => (at <= now ? never : at);
    const refuted = run.assumed === true && plan.endsAt <= now;
    container.plan = {
      startedAt: status.started ? plan.startedAt : late(plan.startedAt),
      readyAt: status.ready ? plan.readyAt : late(plan.readyAt),
      unhealthyAt: late(plan.unhealthyAt),
      unreadyAt: late(plan.unreadyAt),
      readyAgainAt: late(plan.readyAgainAt),
      hookFailsAt: late(plan.hookFailsAt),
      endsAt: refuted ? never : plan.endsAt,
    };
    this.usage.take(worker);
    this.arm(worker, container);
  }

  /** Starts a container that has ended, once its end is on the way to the API server. */
  restart(worker: PodWorker, container: ContainerRecord): void {
    const { engine } = this.options;
    const { row, serial } = worker;
    container.step = "restarting";
    const { index } = container;
    container.timer = engine.scheduleAt(engine.now, Phase.settle, this.timer, row, serial, index);
  }

  /** Has a container that ended wait before its next start. */
  waitInBackoff(
    worker: PodWorker,
    container: ContainerRecord,
    untilMicros: TimeMicros,
    longest: boolean,
  ) {
    const { engine } = this.options;
    container.step = "backoff";
    container.timer = engine.scheduleAt(
      Math.max(untilMicros, engine.now),
      Phase.world,
      longest ? this.hopelessTimer : this.timer,
      worker.row,
      worker.serial,
      container.index,
    );
  }

  /** Sends SIGTERM, after the preStop hook, and SIGKILL at `killAtMicros`. */
  stop(worker: PodWorker, container: ContainerRecord, killAtMicros: TimeMicros): void {
    const { engine, behavior } = this.options;
    const now = engine.now;
    this.say(worker, "Killing", `Stopping container ${container.spec.name}`);
    const termAt = Math.max(now, Math.min(now + preStopMicros(container), killAtMicros));
    const leavesAt = termAt + behavior.stopMicros(worker.pod, container.spec);
    const killedAt = Math.max(killAtMicros, termAt + MINIMUM_GRACE_MICROS);
    const endsByItself = container.plan?.endsAt ?? Number.POSITIVE_INFINITY;
    container.step = "stopping";
    if (endsByItself <= Math.min(leavesAt, killedAt)) {
      this.armStop(worker, container, Math.max(now, endsByItself));
    } else if (leavesAt <= killedAt) {
      container.exitCode = 0;
      container.exitReason = "Completed";
      this.armStop(worker, container, leavesAt);
    } else {
      container.exitCode = SIGKILLED;
      container.exitReason = "Error";
      this.armStop(worker, container, killedAt);
    }
  }

  /** Brings SIGKILL forward for a container that is stopping. */
  hurry(worker: PodWorker, container: ContainerRecord, killAtMicros: TimeMicros): void {
    const at = Math.max(killAtMicros, this.options.engine.now + MINIMUM_GRACE_MICROS);
    if (at >= (container.plan?.endsAt ?? Number.POSITIVE_INFINITY)) return;
    container.exitCode = SIGKILLED;
    container.exitReason = "Error";
    this.armStop(worker, container, at);
  }

  /** Gives up a container that does not run. */
  abandon(container: ContainerRecord): void {
    this.disarm(container);
    container.step = "ended";
  }

  /** What ended of a container is taken away; it begins anew when its turn comes. */
  reset(worker: PodWorker, container: ContainerRecord): void {
    this.disarm(container);
    container.step = "idle";
    const { status } = container;
    container.status = restartingState(status);
    if (container.status !== status) container.isCounted = true;
    this.usage.tell(worker);
  }

  /** Nothing runs on a machine that was down: how its containers ended is not known. */
  lose(worker: PodWorker, container: ContainerRecord, nowMicros: TimeMicros): void {
    this.disarm(container);
    container.step = "ended";
    if (container.status.state !== "running") return;
    container.status = lostState(container.status, nowMicros);
    this.usage.tell(worker);
  }

  /** Forgets the node's pulls and what would happen to its containers. */
  stopNode(node: KubeletNode): void {
    this.images.stopNode(node);
    for (const worker of node.pods) {
      for (const container of worker.containers) this.disarm(container);
    }
  }

  disarm(container: ContainerRecord): void {
    if (container.timer !== 0) this.options.engine.cancel(container.timer);
    container.timer = 0;
  }

  private launch(worker: PodWorker, container: ContainerRecord): void {
    const { engine, listener } = this.options;
    const before = container.status;
    const hasRun = before.state === "terminated" || before.lastTermination !== null;
    const again = hasRun && !container.isCounted;
    container.isCounted = false;
    const restartCount = again ? before.restartCount + 1 : before.restartCount;
    const run = this.runOf(worker, container, restartCount);
    this.plan(container, run, engine.now);
    this.say(worker, "Created", `Created container: ${container.spec.name}`);
    this.say(worker, "Started", `Started container ${container.spec.name}`);
    container.step = "running";
    container.status = {
      name: before.name,
      ready: false,
      started: false,
      restartCount,
      state: "running",
      reason: "",
      exitCode: null,
      startedAtMicros: engine.now,
      finishedAtMicros: null,
      lastTermination:
        before.state === "terminated" ? terminationOf(before) : before.lastTermination,
    };
    this.usage.tell(worker);
    this.passMilestones(container);
    this.arm(worker, container);
    listener.containerChanged(worker, container);
  }

  private runOf(worker: PodWorker, container: ContainerRecord, ordinal: number): ContainerRun {
    const init = container.role !== "main";
    const run = this.options.behavior.containerRun(worker.pod, container.spec, init, ordinal);
    const recorded = run.assumed === true ? container.recorded : null;
    const own = recorded === null ? run : { ...run, ...recorded };
    container.ownRun = own;
    const killedAfter = this.usage.outOfMemoryAfter(worker, container);
    return killedAfter === null ? own : oomKilled(run, killedAfter);
  }

  /** The containers of the pod have other resources now: some run out of memory later, or never, or at once. */
  resized(worker: PodWorker): void {
    const { now } = this.options.engine;
    for (const container of worker.containers) {
      const own = container.ownRun;
      const { startedAtMicros } = container.status;
      if (container.step !== "running" || own === null || startedAtMicros === null) continue;
      const killedAfter = this.usage.outOfMemoryAfter(worker, container);
      const lived = now - startedAtMicros;
      const run = killedAfter === null ? own : oomKilled(own, lived + killedAfter);
      this.plan(container, run, startedAtMicros);
      this.disarm(container);
      this.arm(worker, container);
    }
  }

  private plan(container: ContainerRecord, run: ContainerRun, beginMicros: TimeMicros): void {
    container.plan = planRun(container.spec, run, beginMicros);
    container.exitCode = run.exitCode;
    container.exitReason = run.reason ?? (run.exitCode === 0 ? "Completed" : "Error");
  }

  /** Something is due for a container; the timer says no more than that. */
  private due(worker: PodWorker, container: ContainerRecord): void {
    container.timer = 0;
    const now = this.options.engine.now;
    switch (container.step) {
      case "no image":
      case "restarting":
        this.start(worker, container);
        return;
      case "backoff":
        this.options.listener.backoffOver(worker, container);
        return;
      case "stopping":
        this.exit(worker, container);
        return;
      case "running":
        if (container.plan!.endsAt <= now) {
          this.exit(worker, container);
        } else if (container.plan!.hookFailsAt <= now) {
          this.warn(worker, "FailedPostStartHook", "PostStartHook failed");
          this.end(worker, container);
        } else if (container.plan!.unhealthyAt <= now) {
          if (container.ownRun?.unhealthy !== undefined) {
            this.warn(worker, "Unhealthy", "Liveness probe failed");
          }
          this.end(worker, container);
        } else {
          const wasReady = container.status.ready;
          if (this.passMilestones(container)) {
            if (wasReady && !container.status.ready) {
              this.warn(worker, "Unhealthy", "Readiness probe failed");
            }
            this.options.listener.containerChanged(worker, container);
          }
          this.arm(worker, container);
        }
        return;
      default:
        return;
    }
  }

  /** Ends a container that failed while its pod goes on, with all of the pod's grace period. */
  private end(worker: PodWorker, container: ContainerRecord): void {
    const grace = worker.pod.spec.terminationGracePeriodSeconds ?? 30;
    this.stop(worker, container, this.options.engine.now + grace * MICROS_PER_SECOND);
  }

  /** Sets `started` and `ready` when their time has come; whether one of them was set. */
  private passMilestones(container: ContainerRecord): boolean {
    const now = this.options.engine.now;
    const { status } = container;
    const plan = container.plan!;
    const started = status.started || plan.startedAt <= now;
    const ready = container.role !== "init" && isReadyAt(now, plan, status.ready);
    if (started === status.started && ready === status.ready) return false;
    container.status = { ...status, started, ready };
    return true;
  }

  private exit(worker: PodWorker, container: ContainerRecord): void {
    const { status } = container;
    container.step = "ended";
    container.status = {
      ...status,
      ready: container.role === "init" && container.exitCode === 0,
      started: false,
      state: "terminated",
      reason: container.exitReason,
      exitCode: container.exitCode,
      finishedAtMicros: this.options.engine.now,
    };
    this.usage.tell(worker);
    this.options.listener.containerExited(worker, container);
  }

  private arm(worker: PodWorker, container: ContainerRecord): void {
    const { status } = container;
    const plan = container.plan!;
    const { now } = this.options.engine;
    let at = Math.min(plan.endsAt, plan.unhealthyAt, plan.hookFailsAt);
    if (!status.started) at = Math.min(at, plan.startedAt);
    if (container.role !== "init") {
      if (now < plan.unreadyAt) at = Math.min(at, status.ready ? plan.unreadyAt : plan.readyAt);
      else if (!status.ready) at = Math.min(at, plan.readyAgainAt);
    }
    if (at === Number.POSITIVE_INFINITY) {
      // Most containers get here: a plan each would be kept as long as they run.
      container.plan = NOTHING_PLANNED;
      return;
    }
    container.timer = this.schedule(worker, container, at);
  }

  private armStop(worker: PodWorker, container: ContainerRecord, at: TimeMicros): void {
    this.disarm(container);
    container.plan = { ...container.plan!, endsAt: at };
    container.timer = this.schedule(worker, container, at);
  }

  private schedule(worker: PodWorker, container: ContainerRecord, at: TimeMicros): number {
    const { engine } = this.options;
    const when = Math.max(at, engine.now);
    const { row, serial } = worker;
    return engine.scheduleAt(when, Phase.world, this.timer, row, serial, container.index);
  }

  private warn(worker: PodWorker, reason: string, message: string): void {
    this.options.observer.event("Warning", reason, worker.pod, message, this.options.engine.now);
  }

  private say(worker: PodWorker, reason: string, message: string): void {
    this.options.observer.event("Normal", reason, worker.pod, message, this.options.engine.now);
  }
}

/** Whether a container is ready then by what its probes find; `wasReady`: just before. */
function isReadyAt(now: TimeMicros, plan: RunPlan, wasReady: boolean): boolean {
  if (now >= plan.unreadyAt) return now >= plan.readyAgainAt;
  return wasReady || plan.readyAt <= now;
}

/** How long the preStop hook takes; one that is no `sleep` takes no time. */
function preStopMicros(container: ContainerRecord): TimeMicros {
  const hook = container.spec.lifecycle?.preStop as { sleep?: { seconds?: number } } | undefined;
  return (hook?.sleep?.seconds ?? 0) * MICROS_PER_SECOND;
}
