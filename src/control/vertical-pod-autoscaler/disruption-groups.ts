import type { OwnerReference } from "../../api/kubernetes.js";
import { podCondition, type PodVersion } from "../../api/pod-version.js";
import type { VerticalPodAutoscalerSpec } from "../../api/schemas/types.js";
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, type TimeMicros } from "../../base/time.js";
import { updateModeOf } from "./container-policy.js";
import type { UpdaterSettings } from "./updater-settings.js";

/** A resize that waits for room for longer is given up for an eviction. */
const DEFERRED_MICROS = 5 * MICROS_PER_MINUTE;
/** The same of one that is carried out. */
const IN_PROGRESS_MICROS = MICROS_PER_HOUR;
const BOOST_PREFIX = "vpaCpuStartupBoost/";
const PENDING = "PodResizePending";
const IN_PROGRESS = "PodResizeInProgress";

export type ResizeStatus = "none" | "deferred" | "infeasible" | "inProgress" | "error" | "unknown";

/** How a pod's resize stands. */
export function resizeStatusOf(pod: PodVersion): ResizeStatus {
  const first = pod.status.conditions.find(({ type }) => type === PENDING || type === IN_PROGRESS);
  if (first?.status !== "True") return "none";
  const pending = podCondition(pod, PENDING);
  if (pending !== undefined) {
    if (pending.reason === "Deferred") return "deferred";
    return pending.reason === "Infeasible" ? "infeasible" : "unknown";
  }
  const { reason, message } = podCondition(pod, IN_PROGRESS)!;
  if (reason === "" && message === "") return "inProgress";
  return reason === "Error" ? "error" : "unknown";
}

export function controllerOf(pod: Pick<PodVersion, "ownerReferences">): OwnerReference | undefined {
  return pod.ownerReferences.find(({ controller }) => controller === true);
}

/** The live pods of one direct controller, and how many of them were disturbed in this loop. */
class Group {
  running = 0;
  disturbed = 0;

  constructor(
    readonly configured: number,
    readonly tolerated: number,
    /** It is here for resizes that need no budget alone. */
    readonly isTooSmall: boolean,
  ) {}

  get mayBeDisturbed(): boolean {
    const alive = this.running - this.disturbed;
    if (alive > this.configured - this.tolerated) return true;
    return this.configured === this.running && this.tolerated === 0 && this.disturbed === 0;
  }
}

/** How many pods a controller wants; null: it is not known, or none. Of a Job: what it has. */
export type ReplicasOf = (
  controller: OwnerReference,
  namespace: string,
) => number | null | "as many";

/** When a resize of a pod was first seen, by namespace and name of the pod. */
export type FirstSeen = Map<string, TimeMicros>;

/**
 * The budgets of the updater: how many pods of each controller may be away at once.
 * Source: VPA, pkg/updater/restriction (1.8).
 */
export class DisruptionGroups {
  private readonly groupOf = new Map<PodVersion, Group>();

  constructor(
    pods: readonly PodVersion[],
    spec: VerticalPodAutoscalerSpec,
    private readonly options: {
      readonly settings: UpdaterSettings;
      readonly replicasOf: ReplicasOf;
      readonly firstSeen: FirstSeen;
      readonly nowMicros: TimeMicros;
    },
  ) {
    const byController = new Map<string, PodVersion[]>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) continue;
      const key = `${pod.namespace}/${owner.kind}/${owner.name}`;
      const list = byController.get(key);
      if (list === undefined) byController.set(key, [pod]);
      else list.push(pod);
    }
    for (const members of byController.values()) this.addGroup(members, spec);
  }

  private addGroup(members: readonly PodVersion[], spec: VerticalPodAutoscalerSpec): void {
    const { settings, replicasOf } = this.options;
    const [first] = members;
    const mode = updateModeOf(spec);
    const inPlace = mode === "InPlaceOrRecreate" || mode === "InPlace";
    const skips = inPlace && settings.inPlaceSkipDisruptionBudget;
    const required = spec.updatePolicy?.minReplicas ?? settings.minReplicas;
    const isTooSmall = members.length < required;
    const isBoosted = members.some(({ annotations }) =>
      Object.keys(annotations).some((key) => key.startsWith(BOOST_PREFIX)),
    );
    if (isTooSmall && !isBoosted && !skips) return;
    const replicas = replicasOf(controllerOf(first!)!, first!.namespace);
    if (replicas === null) return;
    const configured = replicas === "as many" ? members.length : replicas;
    const tolerated = Math.trunc(configured * settings.evictionToleranceFraction);
    const group = new Group(configured, tolerated, isTooSmall && skips);
    for (const pod of members) {
      this.groupOf.set(pod, group);
      if (pod.phase !== "Pending") group.running += 1;
    }
  }

  /** It belongs to a controller whose size is known. */
  knows(pod: PodVersion): boolean {
    return this.groupOf.has(pod);
  }

  mayDisturb(pod: PodVersion): boolean {
    return this.groupOf.get(pod)?.mayBeDisturbed === true;
  }

  canEvict(pod: PodVersion): boolean {
    const group = this.groupOf.get(pod);
    if (group === undefined) return false;
    if (pod.phase === "Pending") return true;
    if (group.isTooSmall) return false;
    if (resizeStatusOf(pod) !== "none") return this.canEvictResizing(pod);
    return group.mayBeDisturbed;
  }

  /** The resize of the pod has come to nothing, or takes too long. */
  canEvictResizing(pod: PodVersion): boolean {
    const { firstSeen, nowMicros } = this.options;
    const key = `${pod.namespace}/${pod.name}`;
    const seen = firstSeen.get(key) ?? nowMicros;
    firstSeen.set(key, seen);
    if (!this.mayDisturb(pod)) return false;
    switch (resizeStatusOf(pod)) {
      case "none":
        return false;
      case "deferred":
        return nowMicros - seen > DEFERRED_MICROS;
      case "inProgress":
        return nowMicros - seen > IN_PROGRESS_MICROS;
      default:
        return true;
    }
  }

  /** It was evicted; one that is pending costs nothing. */
  evicted(pod: PodVersion): void {
    if (pod.phase !== "Pending") this.groupOf.get(pod)!.disturbed += 1;
  }

  resized(pod: PodVersion): void {
    this.groupOf.get(pod)!.disturbed += 1;
  }
}
