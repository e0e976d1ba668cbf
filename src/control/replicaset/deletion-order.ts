import type { TimeMicros } from "../../base/time.js";
import { isPodReady, podCondition, type PodPhase, type PodVersion } from "../../api/pod-version.js";

const DELETION_COST_ANNOTATION = "controller.kubernetes.io/pod-deletion-cost";
const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** What decides how soon a pod goes when its ReplicaSet shrinks. */
export interface DeletionCandidate {
  readonly assigned: boolean;
  readonly phase: PodPhase;
  readonly ready: boolean;
  /** Since when it is ready; null where that is not known. */
  readonly readyAtMicros: TimeMicros | null;
  /** Most restarts of one container, of the ordinary ones and of the sidecars. */
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdAtMicros: TimeMicros | null;
  /** The pod-deletion-cost annotation; 0 without one. */
  readonly cost: number;
  /** Active pods of related ReplicaSets on the same node. */
  readonly rank: number;
}

export interface DeletionOrderOptions {
  /** Gate PodDeletionCost. */
  readonly podDeletionCost: boolean;
  /** Gate LogarithmicScaleDown: ages count by their order of magnitude only. */
  readonly logarithmicScaleDown: boolean;
  readonly nowMicros: TimeMicros;
}

/**
 * Negative when `a` is deleted before `b`, 0 when nothing tells them apart.
 * Source: Kubernetes, "ReplicaSet: Scaling a ReplicaSet"; KEP-2185, KEP-2255.
 */
export function compareForDeletion(
  a: DeletionCandidate,
  b: DeletionCandidate,
  options: DeletionOrderOptions,
): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  const phases = (PHASE_ORDER[a.phase] ?? 0) - (PHASE_ORDER[b.phase] ?? 0);
  if (phases !== 0) return phases;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (options.podDeletionCost && a.cost !== b.cost) return a.cost - b.cost;
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (a.ready && a.readyAtMicros !== b.readyAtMicros) {
    return compareAges(a.readyAtMicros, b.readyAtMicros, options);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.createdAtMicros !== b.createdAtMicros) {
    return compareAges(a.createdAtMicros, b.createdAtMicros, options);
  }
  return 0;
}

/** Younger first, an unknown time before all. */
function compareAges(
  a: TimeMicros | null,
  b: TimeMicros | null,
  options: DeletionOrderOptions,
): number {
  if (a === null || b === null) return a === null ? -1 : 1;
  if (!options.logarithmicScaleDown) return b - a;
  return magnitude(options.nowMicros - a) - magnitude(options.nowMicros - b);
}

/** The whole part of the binary logarithm of an age in nanoseconds; -1 for none. */
function magnitude(ageMicros: TimeMicros): number {
  let rest = ageMicros * 1_000;
  if (rest <= 0) return -1;
  let log = 0;
  while (rest >= 2) {
    rest /= 2;
    log += 1;
  }
  return log;
}

export function deletionCandidate(pod: PodVersion, rank: number): DeletionCandidate {
  const ready = isPodReady(pod);
  const sidecars = new Set<string>();
  for (const container of pod.spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") sidecars.add(container.name);
  }
  return {
    assigned: pod.nodeName !== "",
    phase: pod.phase,
    ready,
    readyAtMicros: ready ? podCondition(pod, "Ready")!.lastTransitionTimeMicros : null,
    restarts: mostRestarts(pod.status.containers),
    sidecarRestarts: mostRestarts(pod.status.initContainers.filter((c) => sidecars.has(c.name))),
    createdAtMicros: pod.creationTimeMicros,
    cost: deletionCost(pod),
    rank,
  };
}

function mostRestarts(containers: readonly { readonly restartCount: number }[]): number {
  let most = 0;
  for (const container of containers) most = Math.max(most, container.restartCount);
  return most;
}

/** The annotation's 32-bit integer; 0 where there is none or it is something else. */
function deletionCost(pod: PodVersion): number {
  const text = pod.annotations[DELETION_COST_ANNOTATION];
  if (text === undefined || !/^(0|-?[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost === (cost | 0) ? cost : 0;
}
