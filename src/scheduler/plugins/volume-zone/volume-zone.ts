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
import { className } from "../volumes/claims.js";

const NAME = "VolumeZone";
const refusal = (reason: string): Status =>
  new Status("UnschedulableAndUnresolvable", [reason], NAME);
const CONFLICT = refusal("node(s) had no available volume zone");
const SKIP = new Status("Skip", [], NAME);

/** Labels that say where a volume is, each with the one that has replaced it. */
const TOPOLOGY_LABELS: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["topology.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "topology.kubernetes.io/region"],
]);

interface Place {
  readonly key: string;
  /** A label may list several zones, separated by two underscores. */
  readonly values: readonly string[];
}

/** A volume matters that is new, or whose labels name other places. */
const movedVolumeHint: QueueingHintFn = (_pod, before, after) => {
  if (before?.kind !== "PersistentVolume" || after?.kind !== "PersistentVolume") return "Queue";
  const same = [...TOPOLOGY_LABELS.keys()].every((key) => before.labels[key] === after.labels[key]);
  return same ? "Skip" : "Queue";
};

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
    const places = this.places(pod);
    if (places instanceof Status) return { status: places, nodeNames: null };
    return places.length === 0 ? { status: SKIP, nodeNames: null } : PRE_FILTER_SUCCESS;
  }

  concerns(pod: PodInfo): boolean {
    return pod.template.hasVolumes;
  }

  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Result {
    // A cluster whose nodes have no such labels has a single zone.
    if (![...TOPOLOGY_LABELS.keys()].some((key) => node.labels[key] !== undefined)) return null;
    const places = this.places(pod);
    if (places instanceof Status) return places;
    for (const { key, values } of places) {
      const value = node.labels[key] ?? node.labels[TOPOLOGY_LABELS.get(key)!];
      if (value === undefined || !values.includes(value)) return CONFLICT;
    }
    return null;
  }

  /** Where the pod's bound volumes are, or why that cannot be said. */
  private places({ pod, template }: PodInfo): readonly Place[] | Status {
    const { persistentVolumeClaims, persistentVolumes } = this.handle.listers;
    const places: Place[] = [];
    for (const volume of template.spec.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      if (name === "") return refusal("PersistentVolumeClaim had no name");
      const claim = persistentVolumeClaims.get(pod.namespace, name);
      if (claim === undefined) return refusal(`persistentvolumeclaim "${name}" not found`);
      const volumeName = claim.spec.volumeName ?? "";
      if (volumeName === "") {
        const unbound = this.whyUnbound(className(claim));
        if (unbound !== null) return unbound;
        continue;
      }
      const persistent = persistentVolumes.get(volumeName);
      if (persistent === undefined) return refusal(`persistentvolume "${volumeName}" not found`);
      for (const key of TOPOLOGY_LABELS.keys()) {
        const value = persistent.labels[key];
        if (value !== undefined) places.push({ key, values: value.split("__") });
      }
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
