import type { Labels } from "../../api/kubernetes.js";
import { own } from "../../base/own.js";

const PREFIX = "autoscaling.keda.sh/";
/** How Go writes false; everything else counts as true. */
const FALSE: readonly string[] = ["0", "f", "F", "false", "False", "FALSE"];

type Flag = "paused" | "paused-scale-in" | "paused-scale-out" | "force-activation";

/** Whether an annotation of KEDA's is set to anything but false. */
export function isAnnotated(annotations: Labels, flag: Flag): boolean {
  const value = own(annotations, PREFIX + flag);
  return value !== undefined && !FALSE.includes(value);
}

/** A number of paused replicas pauses, whatever it is. */
export function isPaused(annotations: Labels): boolean {
  return pausedReplicas(annotations) !== undefined || isAnnotated(annotations, "paused");
}

export function pausedReplicas(annotations: Labels): string | undefined {
  return own(annotations, `${PREFIX}paused-replicas`);
}

/** Labels that go on to what KEDA makes: all but those that an annotation lists. */
export function passedLabels(labels: Labels, excluded: string | undefined): Labels {
  const names = excluded?.split(",") ?? [];
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}
