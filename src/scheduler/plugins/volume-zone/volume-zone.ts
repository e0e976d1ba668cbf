import type { Volume } from "../../../api/kubernetes.js";
import {
  Action,
  type ClusterEventWithHint,
  type QueueingHintFn,
  clusterEvent,
} from "../../framework/cluster-event.js";
import type { CycleState } from "../../framework/cycle-state.js";
import {
  type FilterPlugin,
  type Handle,
  PRE_FILTER_SUCCESS,
  type PreFilterPlugin,
  type PreFilterResult,
  type Result,
} from "../../framework/interfaces.js";
import type { NodeInfo } from "../../framework/node-info.js";
import type { PodInfo } from "../../framework/pod-info.js";
import { Status } from "../../framework/status.js";
import { lateBindingClassHint, ownClaimHint } from "../volumes/claim-hints.js";
import { className } from "../../../api/volumes/claims.js";
import { LabelRule } from "../volumes/label-rule.js";
import {
  PLACE_KEYS,
  type Place,
  isSomewhere,
  liesIn,
  placesOf,
  sameLabels,
} from "./volume-places.js";
import { signVolumes } from "../pod-signature.js";

const NAME = "VolumeZone";
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const CONFLICT = refusal("node(s) had no available volume zone");
const SKIP = new Status("Skip", [], NAME);

/** A volume matters that is new, or whose labels name other places. */
const movedVolumeHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "PersistentVolume" || after?.kind !== "PersistentVolume") return "Queue";
  return sameLabels(before.labels, after.labels) ? "Skip" : "Queue";
};
const NOWHERE: readonly Place[] = [];

/** A volume whose labels name a zone or region can only be used there. */
export class VolumeZone implements PreFilterPlugin, FilterPlugin {
  readonly name = NAME;
  readonly preFilterExtensions = null;

  constructor(private readonly handle: Handle) {}

  eventsToRegister(): readonly ClusterEventWithHint[] {
    const { SchedulerQueueingHints, NewNodesAwaitedByTaints } = this.handle.features;
    const { Add, Update, UpdateNodeLabel } = Action;
    const taints = NewNodesAwaitedByTaints ? Action.UpdateNodeTaint : 0;
    const claimUpdates = SchedulerQueueingHints ? Update : 0;
    return [
      { event: clusterEvent("StorageClass", Add), hint: lateBindingClassHint },
      { event: clusterEvent("Node", Add, UpdateNodeLabel, taints) },
      {
        event: clusterEvent("PersistentVolumeClaim", Add, claimUpdates),
        hint: ownClaimHint({ named: true }),
      },
      { event: clusterEvent("PersistentVolume", Add, Update), hint: movedVolumeHint },
    ];
  }

  signPod({ template }: PodInfo): string {
    return signVolumes(template);
  }

  preFilter(_state: CycleState, pod: PodInfo): PreFilterResult {
    if (!pod.template.hasVolumes) return { status: SKIP, nodeNames: null };
    let idle = true;
    for (const volume of pod.template.spec.volumes ?? []) {
      const places = this.places(volume, pod);
      if (places instanceof Status) return { status: places, nodeNames: null };
      if (places.length > 0) idle = false;
    }
    return idle ? { status: SKIP, nodeNames: null } : PRE_FILTER_SUCCESS;
  }

  countingRule(pod: PodInfo, known: unknown): LabelRule | null | undefined {
    if (!pod.template.hasVolumes) return null;
    if (known instanceof LabelRule && !known.isOutdated) return known;
    let idle = true;
    for (const volume of pod.template.spec.volumes ?? []) {
      const places = this.places(volume, pod);
      if (places instanceof Status) return undefined;
      if (places.length > 0) idle = false;
    }
    if (idle) return null;
    const { persistentVolumeClaims, persistentVolumes, storageClasses } = this.handle.listers;
    return new LabelRule({
      keys: PLACE_KEYS,
      version: () =>
        persistentVolumeClaims.version + persistentVolumes.version + storageClasses.version,
      filter: (node) => this.refusalOn(pod, node),
    });
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    return this.refusalOn(pod, node);
  }

  private refusalOn(pod: PodInfo, node: NodeInfo): Result {
    // A cluster whose nodes have no such labels has a single zone.
    if (!isSomewhere(node.labels)) return null;
    const translates = this.handle.features.VolumeZoneBetaLabelsTranslated;
    for (const volume of pod.template.spec.volumes ?? []) {
      const places = this.places(volume, pod);
      if (places instanceof Status) return places;
      if (!places.every((place) => liesIn(node.labels, place, translates))) return CONFLICT;
    }
    return null;
  }

  /** Where a volume of the pod is if it is bound, or why that cannot be said. */
  private places(volume: Volume, { pod }: PodInfo): readonly Place[] | Status {
    const { persistentVolumeClaims, persistentVolumes } = this.handle.listers;
    const name = volume.persistentVolumeClaim?.claimName;
    if (name === undefined) return NOWHERE;
    if (name === "") return refusal("PersistentVolumeClaim had no name");
    const claim = persistentVolumeClaims.get(pod.namespace, name);
    if (claim === undefined) return refusal(`persistentvolumeclaim "${name}" not found`);
    const volumeName = claim.spec.volumeName ?? "";
    if (volumeName === "") return this.whyUnbound(className(claim)) ?? NOWHERE;
    const persistent = persistentVolumes.get(volumeName);
    if (persistent === undefined) return refusal(`persistentvolume "${volumeName}" not found`);
    return placesOf(persistent.labels);
  }

  /** A claim that waits for its first consumer has no place yet; another one should be bound. */
  private whyUnbound(storageClassName: string): Status | null {
    if (storageClassName === "") {
      return refusal("PersistentVolumeClaim had no pv name and storageClass name");
    }
    const storageClass = this.handle.listers.storageClasses.get(storageClassName);
    if (storageClass === undefined) {
      return refusal(`storageclass.storage.k8s.io "${storageClassName}" not found`);
    }
    const mode = storageClass.spec.volumeBindingMode;
    if (mode === undefined) {
      return refusal(`VolumeBindingMode not set for StorageClass "${storageClassName}"`);
    }
    return mode === "WaitForFirstConsumer" ? null : refusal("PersistentVolume had no name");
  }
}
