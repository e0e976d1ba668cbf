import type { Container, PodSpec } from "../api/kubernetes.js";
import type { ContainerState, PodVersion } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import type { EventId } from "../kernel/engine.js";
import type { ContainerRun } from "./container-behavior.js";
import type { BackoffEntry } from "./exponential-backoff.js";
import type { KubeletNode } from "./kubelet-node.js";
import type { PodDemand } from "./pod-demand.js";
import type { RunPlan } from "./run-plan.js";

/** A pod's main containers, its init containers, and those among them that stay (sidecars). */
export type ContainerRole = "init" | "sidecar" | "main";

/**
 *   idle -> pulling -> running -> stopping -> ended
 *             ^           |----------------->|
 *             '- backoff <'
 *
 * no image: a pull has failed, and is tried again in place of `pulling`.
 * restarting: it starts again as soon as its end has been reported.
 */
type ContainerStep =
  | "idle"
  | "pulling"
  | "no image"
  | "restarting"
  | "backoff"
  | "running"
  | "stopping"
  | "ended";

/** Told once when a container is not any more what it was when somebody looked. */
export interface ContainerWatch {
  changed(): void;
}

/** What a kubelet knows of one container. */
export class ContainerRecord {
  step: ContainerStep = "idle";
  /** What happens next to it; 0 for nothing. */
  timer: EventId = 0;
  /** Null before the first run. */
  plan: RunPlan | null = null;
  /** How the present run would go if its memory sufficed; null before the first. */
  ownRun: ContainerRun | null = null;
  /** How the present run ends. */
  exitCode = 0;
  exitReason = "";
  backoff: BackoffEntry | null = null;
  /** Its next start is in its `restartCount` already. */
  isCounted = false;
  /** How its runs went before the snapshot, where it fails again and again. */
  recorded: {
    readonly runMicros: TimeMicros;
    readonly exitCode: number;
    readonly reason: string;
  } | null = null;
  /** Of whoever has looked at its status last; null: nobody, or it has changed since. */
  watch: ContainerWatch | null = null;

  constructor(
    readonly index: number,
    readonly spec: Container,
    readonly role: ContainerRole,
    private current: ContainerState,
  ) {}

  get status(): ContainerState {
    return this.current;
  }

  set status(status: ContainerState) {
    this.current = status;
    this.tellChanged();
  }

  /** Its status is another one, or nobody runs it any more. */
  tellChanged(): void {
    const { watch } = this;
    if (watch === null) return;
    this.watch = null;
    watch.changed();
  }
}

/**
 *   starting -> active -> terminating -> ended
 *
 * starting: waits for its node. active: containers start, run and restart. stuck: recorded as
 * waiting for something that is not modelled. static: run by a file on the node. ended: gives back what it
 * held; its last status is on the way.
 */
type PodStage = "starting" | "active" | "stuck" | "static" | "terminating" | "ended";

/** A kubelet's record of one pod. */
export interface PodWorker {
  readonly row: number;
  /** Tells apart pods that had the same row one after the other. */
  readonly serial: number;
  readonly node: KubeletNode;
  /** The newest version that the kubelet has seen. */
  pod: PodVersion;
  stage: PodStage;
  /** Init containers first, in their order, then the others. */
  /** Empty for a pod that was not admitted. */
  containers: ContainerRecord[];
  initialized: boolean;
  /** It was initialized before all of its containers began anew. */
  wasInitialized: boolean;
  /** All of its containers are being stopped, to begin anew. */
  restartingAll: boolean;
  /** From when on its first container may start. */
  sandboxAtMicros: TimeMicros;
  demand: PodDemand;
  holdsDemand: boolean;
  startTimeMicros: TimeMicros | null;
  podIP: string;
  /** What its containers use of memory. */
  memoryBytes: number;
  /** Why its kubelet has it end; null where nothing but itself or its deletion does. */
  end: { readonly reason: string; readonly message: string } | null;
  /** It ends as Failed, for `reason`, whatever its containers did. */
  failed: boolean;
  reason: string;
  message: string;
  /** The states that were written last. */
  initStates: readonly ContainerState[];
  mainStates: readonly ContainerState[];
  /** When SIGKILL follows SIGTERM. */
  killAtMicros: TimeMicros;
  deadlineTimer: EventId;
  writing: boolean;
  dirty: boolean;
  deleteSent: boolean;
  /** It has ended, and its volumes are being unmounted: it stays until they are. */
  isUnmounting: boolean;
  /** What its containers have written to the node's disk, in bytes, until it has ended. */
  diskBytes: number;
  /** Processes of those that run. */
  processes: number;
}

export function roleOf(container: Container, init: boolean): ContainerRole {
  if (!init) return "main";
  return container.restartPolicy === "Always" ? "sidecar" : "init";
}

/** A container that was never started. */
export function newContainer(
  spec: Container,
  index: number,
  role: ContainerRole,
  waitingReason: string,
): ContainerRecord {
  const status: ContainerState = {
    name: spec.name,
    ready: false,
    started: false,
    restartCount: 0,
    state: "waiting",
    reason: waitingReason,
    exitCode: null,
    startedAtMicros: null,
    finishedAtMicros: null,
    lastTermination: null,
  };
  return new ContainerRecord(index, spec, role, status);
}

/** The record of a pod as its kubelet first sees it. */
export function newWorker(
  pod: PodVersion,
  serial: number,
  node: KubeletNode,
  demand: PodDemand,
): PodWorker {
  return {
    row: pod.row,
    serial,
    node,
    pod,
    stage: "starting",
    containers: [],
    initialized: (pod.spec.initContainers ?? []).length === 0,
    wasInitialized: false,
    restartingAll: false,
    sandboxAtMicros: 0,
    demand,
    holdsDemand: false,
    startTimeMicros: null,
    podIP: "",
    memoryBytes: 0,
    end: null,
    failed: false,
    reason: "",
    message: "",
    initStates: pod.status.initContainers,
    mainStates: pod.status.containers,
    killAtMicros: 0,
    deadlineTimer: 0,
    writing: false,
    dirty: false,
    deleteSent: false,
    isUnmounting: false,
    diskBytes: 0,
    processes: 0,
  };
}

/** The records of a pod whose containers were never started. */
export function newContainers(spec: PodSpec): ContainerRecord[] {
  const inits = spec.initContainers ?? [];
  const reason = inits.length > 0 ? "PodInitializing" : "ContainerCreating";
  const mains = spec.containers.map((container, i) =>
    newContainer(container, inits.length + i, "main", reason),
  );
  if (inits.length === 0) return mains;
  return [...inits.map((c, i) => newContainer(c, i, roleOf(c, true), reason)), ...mains];
}
