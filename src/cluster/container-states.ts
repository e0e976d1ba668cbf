import type { ContainerState } from "../api/pod-version.js";
import type { TimeMicros } from "../base/time.js";

/** What containerd says of a container whose end it did not see. */
const LOST = 255;
/** The exit code of who was ended by that signal. */
export const SIGKILLED = 137;

/** The state of a container that does not run, and waits to be started. */
export function waitingFor(status: ContainerState, reason: string): ContainerState {
  return {
    ...status,
    ready: false,
    started: false,
    state: "waiting",
    reason,
    exitCode: null,
    startedAtMicros: null,
    finishedAtMicros: null,
    lastTermination: status.state === "terminated" ? terminationOf(status) : status.lastTermination,
  };
}

/** Why a container waits, and how its last run ended, where all of its pod are started anew. */
export const RESTARTING_ALL = "RestartingAllContainers";

/** The state of a container that was taken away so that all of its pod begin anew; one that waited for its start goes on waiting. */
export function restartingState(status: ContainerState): ContainerState {
  if (status.state === "waiting") return status;
  return {
    ...waitingFor(status, RESTARTING_ALL),
    restartCount: status.restartCount + 1,
    lastTermination: {
      exitCode: SIGKILLED,
      reason: RESTARTING_ALL,
      startedAtMicros: null,
      finishedAtMicros: null,
    },
  };
}

/** How a container's last run ended, as the status of its next one tells it. */
export function terminationOf(
  status: ContainerState,
): NonNullable<ContainerState["lastTermination"]> {
  return {
    exitCode: status.exitCode ?? 0,
    reason: status.reason,
    startedAtMicros: status.startedAtMicros,
    finishedAtMicros: status.finishedAtMicros,
  };
}

/** The state of a container that was lost with its machine. */
export function lostState(running: ContainerState, nowMicros: TimeMicros): ContainerState {
  return {
    ...running,
    ready: false,
    started: false,
    state: "terminated",
    reason: "Unknown",
    exitCode: LOST,
    finishedAtMicros: nowMicros,
  };
}
