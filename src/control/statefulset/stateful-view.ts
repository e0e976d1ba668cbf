import type { Features } from "../../api/features.js";
import { scaledIntOrPercent } from "../../api/int-or-percent.js";
import type { NewPod } from "../../api/new-object.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { isPodAvailable } from "../pod-availability.js";
import type { Claim } from "./claim-retention.js";
import type { Ordinals, StatefulSet } from "./identity.js";
import type { Revision } from "./stateful-pods.js";

export type StatefulSetFeatures = Pick<
  Features,
  | "MaxUnavailableStatefulSet"
  | "StatefulSetAutoDeletePVC"
  | "StatefulSetStartOrdinal"
  | "StatefulSetChecksAvailabilityInTime"
  | "StatefulSetEventsCapitalised"
  | "StaleControllerConsistencyStatefulSet"
  | "PodIndexLabel"
  | "StatefulSetBatches"
  | "StatefulSetRestartsSucceeded"
  | "StatefulSetWaitsForEnded"
  | "StatefulSetWaitsForAvailable"
  | "StatefulSetCompletesEveryUpdate"
>;

/** What one sync of a StatefulSet looks at, as it stands when the sync begins. */
export interface StatefulView {
  readonly set: StatefulSet;
  readonly current: Revision;
  readonly update: Revision;
  readonly claim: (name: string) => Claim | undefined;
  /** The pod of an ordinal of a revision, ready to be created. */
  readonly newPod: (ordinal: number, revision: Revision) => NewPod;
  readonly features: StatefulSetFeatures;
  readonly nowMicros: TimeMicros;
}

export function ordinalsOf(
  { spec }: StatefulSet,
  { StatefulSetStartOrdinal }: Pick<StatefulSetFeatures, "StatefulSetStartOrdinal">,
): Ordinals {
  const first = StatefulSetStartOrdinal ? (spec.ordinals?.start ?? 0) : 0;
  return { first, count: spec.replicas ?? 1 };
}

export function isTerminating(pod: PodVersion): boolean {
  return pod.deletionTimeMicros !== null;
}

export function isRunningAndReady(pod: PodVersion): boolean {
  return pod.phase === "Running" && isPodReady(pod);
}

export function isAvailable({ set, nowMicros }: StatefulView, pod: PodVersion): boolean {
  return isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMicros);
}

/** A pod that does not count as there: absent, on its way out, or not available yet. */
export function isUnavailable(view: StatefulView, pod: PodVersion | undefined): boolean {
  return pod === undefined || isTerminating(pod) || !isAvailable(view, pod);
}

/** Whether others have to wait for the pod. */
export function isUnhealthy(view: StatefulView, pod: PodVersion | undefined): boolean {
  if (view.features.StatefulSetWaitsForAvailable) return isUnavailable(view, pod);
  return pod === undefined || isTerminating(pod) || !isRunningAndReady(pod);
}

export function isParallel({ spec }: StatefulSet): boolean {
  return spec.podManagementPolicy === "Parallel";
}

/** Pods that an update may make unavailable; at least one. A share is rounded down. */
export function maxUnavailable({ spec }: StatefulSet): number {
  const value = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return Math.max(1, scaledIntOrPercent(value, spec.replicas ?? 1, "down"));
}
