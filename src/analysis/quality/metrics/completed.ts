import type { PodRow } from "../../results/run-tables.js";
import type { FinishedRun } from "../quality-metric.js";

/** A pod that was created within what is measured, ran and succeeded: how long it waited until it started, and ran. */
export interface CompletedPod {
  readonly pod: PodRow;
  readonly waitSeconds: number;
  readonly runSeconds: number;
}

export function completed({ pods, fromSeconds }: FinishedRun): readonly CompletedPod[] {
  return pods.flatMap((pod) => {
    const waitSeconds = pod.startedSeconds - pod.createdSeconds;
    const runSeconds = pod.finishedSeconds - pod.startedSeconds;
    const isMeant = pod.createdSeconds >= fromSeconds && pod.phase === "Succeeded";
    return isMeant && runSeconds > 0 && waitSeconds >= 0 ? [{ pod, waitSeconds, runSeconds }] : [];
  });
}
