import type { Container } from "../api/kubernetes.js";
import { isMirrorPod } from "../api/mirror-pod.js";
import type { ContainerState, PodVersion } from "../api/pod-version.js";
import { claimUses } from "../api/volumes/claims.js";
import { MICROS_PER_MINUTE, type TimeMicros } from "../base/time.js";
import type { ContainerRuntime } from "./container-runtime.js";
import type { ExponentialBackoff } from "./exponential-backoff.js";
import type { PodLifecycle } from "./pod-lifecycle.js";
import { type ContainerRecord, newContainer, type PodWorker, roleOf } from "./pod-worker.js";
import type { PodVolumes } from "./volumes/pod-volumes.js";

export interface SnapshotPodsOptions {
  readonly runtime: ContainerRuntime;
  readonly lifecycle: PodLifecycle;
  readonly backoff: ExponentialBackoff;
  readonly volumes: PodVolumes;
  /** Has a pod that was accepted, and never began, begin when it can. */
  readonly begin: (worker: PodWorker) => void;
}

/** A container that was being created for longer waits for something that is not modelled. */
const STUCK_AFTER_MICROS = 2 * MICROS_PER_MINUTE;
const CREATING = ["ContainerCreating", "PodInitializing", ""];

/** Whether a kubelet had accepted the pod when the snapshot was taken. */
export function wasAccepted(pod: PodVersion): boolean {
  return pod.status.startTimeMicros !== null || pod.status.containers.length > 0;
}

/** A pod that a file on its node brings about, not the API server. */
/**
 * Takes up pods where a snapshot shows them: what runs goes on running, what waits in backoff goes
 * on failing, what is stuck stays stuck. Nothing is written for a pod that is settled.
 */
export class SnapshotPods {
  constructor(private readonly options: SnapshotPodsOptions) {}

  resume(worker: PodWorker, nowMicros: TimeMicros): void {
    const { pod } = worker;
    worker.containers = this.containersOf(pod);
    worker.startTimeMicros = pod.status.startTimeMicros;
    worker.podIP = pod.status.podIP;
    worker.reason = pod.status.reason;
    worker.message = pod.status.message;
    worker.initialized = isInitialized(worker.containers);
    if (isMirrorPod(pod)) worker.stage = "static";
    else worker.stage = isStuck(worker, nowMicros) ? "stuck" : "active";
    if (worker.stage === "static") {
      for (const container of worker.containers) {
        if (container.status.state === "running") container.step = "running";
      }
    } else {
      for (const container of worker.containers) this.resumeContainer(worker, container);
    }
    const waits = worker.stage === "active" && hasClaims(pod) && !hasBegun(worker);
    if (!waits) this.options.volumes.adopt(worker);
    if (pod.deletionTimeMicros !== null) this.resumeTermination(worker, nowMicros);
    else if (waits) {
      worker.stage = "starting";
      this.options.begin(worker);
    } else if (worker.stage === "active") this.options.lifecycle.resume(worker);
  }

  private containersOf(pod: PodVersion): ContainerRecord[] {
    const records: ContainerRecord[] = [];
    const add = (specs: readonly Container[], states: readonly ContainerState[], init: boolean) => {
      for (const spec of specs) {
        const status = states.find((state) => state.name === spec.name);
        const reason = init ? "PodInitializing" : "ContainerCreating";
        const record = newContainer(spec, records.length, roleOf(spec, init), reason);
        if (status !== undefined) record.status = status;
        if (record.status.state === "terminated") record.step = "ended";
        records.push(record);
      }
    };
    add(pod.spec.initContainers ?? [], pod.status.initContainers, true);
    add(pod.spec.containers, pod.status.containers, false);
    return records;
  }

  private resumeContainer(worker: PodWorker, container: ContainerRecord): void {
    const { backoff, runtime } = this.options;
    const { status } = container;
    const last = status.lastTermination;
    const lastStart = status.startedAtMicros ?? last?.startedAtMicros ?? 0;
    container.backoff = backoff.entryAfter(status.restartCount, lastStart);
    if (status.state === "running") {
      runtime.resume(worker, container);
      return;
    }
    if (status.state !== "waiting" || status.reason !== "CrashLoopBackOff" || last === null) return;
    const endedAt = last.finishedAtMicros ?? 0;
    container.recorded = {
      runMicros: Math.max(0, endedAt - (last.startedAtMicros ?? endedAt)),
      exitCode: last.exitCode,
      reason: last.reason,
    };
    const longest = (container.backoff?.delayMicros ?? 0) >= backoff.maxMicros;
    const wait = container.backoff?.delayMicros ?? 0;
    runtime.waitInBackoff(worker, container, endedAt + wait, longest);
  }

  /** A deletion that was under way ends when it would have ended, or now. */
  private resumeTermination(worker: PodWorker, nowMicros: TimeMicros): void {
    const { deletionTimeMicros } = worker.pod;
    this.options.lifecycle.terminate(worker, Math.max(nowMicros, deletionTimeMicros ?? nowMicros));
  }
}

function hasClaims({ spec, name }: PodVersion): boolean {
  return spec.volumes !== undefined && claimUses(spec, name).length > 0;
}

/** Whether any of its containers ever ran. */
function hasBegun({ containers }: PodWorker): boolean {
  return containers.some(({ status }) => status.state !== "waiting" || status.lastTermination);
}

function isInitialized(containers: readonly ContainerRecord[]): boolean {
  return containers.every(
    ({ role, status }) =>
      role === "main" ||
      (role === "sidecar"
        ? status.started
        : status.state === "terminated" && status.exitCode === 0),
  );
}

/** Whether the containers wait for what is not modelled: an image, a volume, a Secret. */
function isStuck(worker: PodWorker, nowMicros: TimeMicros): boolean {
  const since = worker.startTimeMicros ?? nowMicros;
  const creatingTooLong = nowMicros - since > STUCK_AFTER_MICROS;
  for (const { status, role } of worker.containers) {
    if (status.state !== "waiting" || status.reason === "CrashLoopBackOff") continue;
    if (!CREATING.includes(status.reason)) return true;
    const itsTurn = role !== "main" || worker.initialized;
    if (itsTurn && creatingTooLong && status.lastTermination === null) return true;
  }
  return false;
}
