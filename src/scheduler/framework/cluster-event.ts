import type { AnyVersion } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";

/** What an event happened to. Source: scheduling framework, `EventResource`. */
export type EventResource =
  | "Pod"
  | "AssignedPod"
  | "UnschedulablePod"
  | "Node"
  | "PersistentVolume"
  | "PersistentVolumeClaim"
  | "CSINode"
  | "CSIDriver"
  | "VolumeAttachment"
  | "CSIStorageCapacity"
  | "StorageClass"
  | "Namespace"
  | "ResourceClaim"
  | "DeviceClass"
  | "ResourceSlice"
  | "*";

/** What happened, as bits that may be joined. Source: scheduling framework, `ActionType`. */
export const Action = {
  Add: 1,
  Delete: 2,
  UpdateNodeAllocatable: 4,
  UpdateNodeLabel: 8,
  UpdateNodeTaint: 16,
  UpdateNodeCondition: 32,
  UpdateNodeAnnotation: 64,
  UpdatePodLabel: 128,
  UpdatePodScaleDown: 256,
  UpdatePodToleration: 512,
  UpdatePodSchedulingGatesEliminated: 1024,
  UpdatePodGeneratedResourceClaim: 2048,
  UpdatePodOther: 4096,
  UpdateNodeDeclaredFeature: 8192,
  Update: 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 1024 | 2048 | 4096 | 8192,
  All: 16383,
} as const;

export interface ClusterEvent {
  readonly resource: EventResource;
  /** Bits of {@link Action}. */
  readonly actions: number;
}

type QueueingHint = "Queue" | "Skip";
type Subject = AnyVersion | null;

/** Says whether an event may make `pod` schedulable. `before` is null for an Add, `after` for a Delete. */
export type QueueingHintFn = (pod: PodVersion, before: Subject, after: Subject) => QueueingHint;

/** An event that may help a pod which the plugin refused; without a hint it always may. */
export interface ClusterEventWithHint {
  readonly event: ClusterEvent;
  readonly hint?: QueueingHintFn;
}

export function clusterEvent(resource: EventResource, ...actions: number[]): ClusterEvent {
  return { resource, actions: actions.reduce((all, action) => all | action, 0) };
}

/** True when what happened is among what `registered` waits for; `Pod` stands for any pod. */
export function eventMatches(registered: ClusterEvent, happened: ClusterEvent): boolean {
  if ((registered.actions & happened.actions) === 0) return false;
  const { resource } = happened;
  if (registered.resource === "*" || registered.resource === resource) return true;
  const isPod = resource === "AssignedPod" || resource === "UnschedulablePod";
  return registered.resource === "Pod" && isPod;
}
