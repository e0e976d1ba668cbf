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

const NAME = "VolumeZone";
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const CONFLICT = refusal("node(s) had no available volume zone");
const SKIP = new Status("Skip", [], NAME);

/** Labels that say where a volume is, each with the one that has replaced it. */
export const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["topology.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "topology.kubernetes.io/region"],
]);

interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** A volume matters that is new, or whose labels name other places. */
const movedVolumeHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "PersistentVolume" || after?.kind !== "PersistentVolume") return "Queue";
  const same = [...TOPOLOGY_LABELS.keys()].every((key) => before.labels[key] === after.labels[key]);
  return same ? "Skip" : "Queue";
};
const NOWHERE: readonly Place[] = [];

/** A label may list several zones, separated by two underscores. One with an empty part says nothing. */
export function zonesOf(label: string): readonly string[] | null {
  const zones = label.split("__").map((zone) => zone.trim());
  return zones.includes("") ? null : zones;
}

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

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    // A cluster whose nodes have no such labels has a single zone.
    if (![...TOPOLOGY_LABELS.keys()].some((key) => node.labels[key] !== undefined)) return null;
    for (const volume of pod.template.spec.volumes ?? []) {
      const places = this.places(volume, pod);
      if (places instanceof Status) return places;
      if (!places.every((place) => this.liesIn(node, place))) return CONFLICT;
    }
    return null;
  }

  private liesIn(node: NodeInfo, { key, values }: Place): boolean {
    const translates = this.handle.features.VolumeZoneBetaLabelsTranslated;
    const present = translates ? TOPOLOGY_LABELS.get(key)! : key;
    const value = node.labels[key] ?? node.labels[present];
    return value !== undefined && values.includes(value);
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
    const places: Place[] = [];
    for (const key of TOPOLOGY_LABELS.keys()) {
      const label = persistent.labels[key];
      const values = label === undefined ? null : zonesOf(label);
      if (values !== null) places.push({ key, values });
    }
    return places;
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
