import {
  type ConditionStatus,
  type ContainerState,
  type PodCondition,
  type PodPhase,
  podCondition,
} from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";
import { RESTARTING_ALL } from "./container-states.js";
import type { ContainerRecord, PodWorker } from "./pod-worker.js";
import { isRestarted, mayRestartAll } from "./restart-policy.js";

/** What versions of Kubernetes do differently in a pod's status. */
export interface PodStatusFeatures {
  /** The condition PodReadyToStartContainers: from v1.29. */
  readonly podReadyToStartContainers: boolean;
  /** The condition DisruptionTarget of a pod that its kubelet ends: from v1.26. */
  readonly podDisruptionConditions: boolean;
  /** A pod that is deleted ends as Succeeded or Failed before it goes: from v1.27. */
  readonly terminalPhaseOnDeletion: boolean;
  /** The rule RestartAllContainers, and the condition AllContainersRestarting: from v1.36. */
  readonly restartsAllContainers: boolean;
}

/**
 * The phase that the containers' states make, as the kubelet reports it.
 *
 * Source: Kubernetes, "Pod Lifecycle: Pod phase"; `pkg/kubelet/kubelet_pods.go`; KEP-753.
 */
export function phaseOf(worker: PodWorker, features: PodStatusFeatures): PodPhase {
  const { spec } = worker.pod;
  const ended = worker.stage === "ended";
  const terminal =
    ended && (features.terminalPhaseOnDeletion || worker.pod.deletionTimeMicros === null);
  if (worker.failed && ended) return "Failed";
  let running = 0;
  let waiting = 0;
  let stopped = 0;
  let succeeded = 0;
  let isRestarting = false;
  for (const container of worker.containers) {
    const { role, status } = container;
    if (role === "init") {
      const exitCode = status.exitCode ?? 0;
      if (ended && isFailure(status) && !isRestarted(container, spec, exitCode)) return "Failed";
    } else if (role === "sidecar") {
      if (status.state === "running") running += 1;
    } else if (status.state === "running") {
      running += 1;
    } else if (status.state === "terminated") {
      stopped += 1;
      if (status.exitCode === 0) succeeded += 1;
      isRestarting ||= isRestarted(container, spec, status.exitCode ?? 0);
    } else if (status.lastTermination !== null) {
      stopped += 1;
      const { exitCode, reason } = status.lastTermination;
      isRestarting ||= reason === RESTARTING_ALL || isRestarted(container, spec, exitCode);
    } else {
      waiting += 1;
    }
  }
  if (!worker.initialized || waiting > 0) return terminal ? "Failed" : "Pending";
  if (running > 0) return "Running";
  if (terminal) return stopped === succeeded ? "Succeeded" : "Failed";
  if (isRestarting) return "Running";
  return stopped === succeeded ? "Succeeded" : "Failed";
}

function isDone(status: ContainerState): boolean {
  return status.state === "terminated" && status.exitCode === 0;
}

function isFailure(status: ContainerState): boolean {
  return status.state === "terminated" && status.exitCode !== 0;
}

/**
 * The kubelet's conditions of a pod: Initialized, Ready, ContainersReady and, by version,
 * PodReadyToStartContainers.
 *
 * Source: Kubernetes, "Pod Lifecycle: Pod conditions"; `pkg/kubelet/status/generate.go`; KEP-580
 * (readiness gates); KEP-3085.
 */
export function conditionsOf(
  worker: PodWorker,
  phase: PodPhase,
  features: PodStatusFeatures,
  nowMicros: TimeMicros,
): PodCondition[] {
  const make = (type: string, found: Finding) => conditionOf(type, found, nowMicros);
  const containersReady = containersReadiness(worker, phase);
  const initialized = make("Initialized", initialization(worker, phase));
  const gates = containersReady === TRUE ? gatesReadiness(worker) : containersReady;
  const ready = make("Ready", gates);
  const containers = make("ContainersReady", containersReady);
  const ended = worker.end !== null && phase === "Failed" && features.podDisruptionConditions;
  const restarts = features.restartsAllContainers && worker.containers.some(mayRestartAll);
  const hasSandbox = worker.stage !== "starting" && worker.stage !== "ended";
  const sandbox = features.podReadyToStartContainers
    ? make("PodReadyToStartContainers", hasSandbox ? TRUE : FALSE)
    : null;
  // What nearly every pod has is told in a list of its own, which has no room for more.
  if (!ended && !restarts && sandbox !== null) return [initialized, ready, containers, sandbox];
  const conditions = [initialized, ready, containers];
  if (ended) {
    const { message } = worker.end!;
    conditions.push(
      make("DisruptionTarget", { status: "True", reason: "TerminationByKubelet", message }),
    );
  }
  if (restarts) conditions.push(make("AllContainersRestarting", restarting(worker, phase)));
  if (sandbox !== null) conditions.push(sandbox);
  return conditions;
}

function conditionOf(
  type: string,
  { status, reason, message }: Finding,
  lastTransitionTimeMicros: TimeMicros,
): PodCondition {
  return { type, status, lastTransitionTimeMicros, reason, message };
}

interface Finding {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

const TRUE: Finding = Object.freeze({ status: "True", reason: "", message: "" });
const FALSE: Finding = Object.freeze({ status: "False", reason: "", message: "" });
const RESTARTING: Finding = Object.freeze({
  status: "True",
  reason: "RestartAllContainersStarted",
  message: "container exited with restart policy rule",
});
const COMPLETED: Finding = Object.freeze({ status: "False", reason: "PodCompleted", message: "" });
const FAILED: Finding = Object.freeze({ status: "False", reason: "PodFailed", message: "" });
const INITIALIZED_COMPLETED: Finding = Object.freeze({
  status: "True",
  reason: "PodCompleted",
  message: "",
});

/** Source: upstream's `GenerateAllContainersRestartingCondition`. */
function restarting({ restartingAll }: PodWorker, phase: PodPhase): Finding {
  if (phase === "Succeeded") return COMPLETED;
  if (phase === "Failed") return FAILED;
  return restartingAll ? RESTARTING : FALSE;
}

function initialization(worker: PodWorker, phase: PodPhase): Finding {
  if (worker.initialized || worker.wasInitialized)
    return phase === "Succeeded" ? INITIALIZED_COMPLETED : TRUE;
  const incomplete = names(
    worker.containers,
    ({ role, status }) =>
      (role === "init" && !isDone(status)) || (role === "sidecar" && !status.started),
  );
  if (incomplete.length === 0) return phase === "Succeeded" ? INITIALIZED_COMPLETED : TRUE;
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${incomplete.join(" ")}]`,
  };
}

function containersReadiness(worker: PodWorker, phase: PodPhase): Finding {
  if (phase === "Succeeded") return COMPLETED;
  if (phase === "Failed") return FAILED;
  let ready = true;
  for (const { role, status } of worker.containers) {
    if (role !== "init" && !status.ready) {
      ready = false;
      break;
    }
  }
  if (ready) return TRUE;
  const unready = names(worker.containers, (c) => c.role !== "init" && !c.status.ready);
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: [${unready.join(" ")}]`,
  };
}

function gatesReadiness(worker: PodWorker): Finding {
  const gates = worker.pod.spec.readinessGates ?? [];
  if (gates.length === 0) return TRUE;
  const missing: string[] = [];
  for (const { conditionType } of gates) {
    const condition = podCondition(worker.pod, conditionType);
    const gate = `pod readiness gate "${conditionType}"`;
    if (condition === undefined) {
      missing.push(`corresponding condition of ${gate} does not exist.`);
    } else if (condition.status !== "True") {
      missing.push(`the status of ${gate} is not "True", but ${condition.status}`);
    }
  }
  if (missing.length === 0) return TRUE;
  return { status: "False", reason: "ReadinessGatesNotReady", message: missing.join(", ") };
}

function names(
  containers: readonly ContainerRecord[],
  isMeant: (container: ContainerRecord) => boolean,
): readonly string[] {
  return containers.filter(isMeant).map((container) => container.spec.name);
}
