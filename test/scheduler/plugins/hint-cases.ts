import type { AnyVersion } from "../../../src/api/object-version.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import {
  Action,
  type ClusterEvent,
  clusterEvent,
  eventMatches,
} from "../../../src/scheduler/framework/cluster-event.js";
import { node, pod, World } from "../world.js";

export type Subject = AnyVersion | null;

/** Whether a plugin that refused `waiting` wants it tried again after the event. */
export function hint(
  plugin: string,
  event: ClusterEvent,
  waiting: PodVersion,
  [before, after]: readonly [Subject, Subject],
): boolean {
  const { allPlugins } = new World([], { minor: 33 }).framework;
  const registered = allPlugins.find(({ name }) => name === plugin)?.eventsToRegister?.() ?? [];
  return registered.some(
    (each) =>
      eventMatches(each.event, event) &&
      (each.hint === undefined || each.hint(waiting, before, after) === "Queue"),
  );
}

export const NODE_ADD = clusterEvent("Node", Action.Add);
export const NODE_ROOM = clusterEvent("Node", Action.UpdateNodeAllocatable);
export const NODE_LABEL = clusterEvent("Node", Action.UpdateNodeLabel);
export const NODE_TAINT = clusterEvent("Node", Action.UpdateNodeTaint);
export const POD_GONE = clusterEvent("AssignedPod", Action.Delete);
export const POD_CAME = clusterEvent("AssignedPod", Action.Add);
export const POD_LABEL = clusterEvent("AssignedPod", Action.UpdatePodLabel);
export const NODE_GONE = clusterEvent("Node", Action.Delete);
export const POD_SHRINKS = clusterEvent("AssignedPod", Action.UpdatePodScaleDown);
export const OWN_LABEL = clusterEvent("UnschedulablePod", Action.UpdatePodLabel);
export const OWN_TOLERATION = clusterEvent("UnschedulablePod", Action.UpdatePodToleration);
export const CLASS_ADD = clusterEvent("StorageClass", Action.Add);
export const CLASS_UPDATE = clusterEvent("StorageClass", Action.Update);
export const VOLUME_UPDATE = clusterEvent("PersistentVolume", Action.Update);
export const CSI_NODE_UPDATE = clusterEvent("CSINode", Action.Update);
export const CAPACITY_UPDATE = clusterEvent("CSIStorageCapacity", Action.Update);
export const DRIVER_UPDATE = clusterEvent("CSIDriver", Action.Update);
export const CLAIM = clusterEvent("PersistentVolumeClaim", Action.Add);

export const asNode = (...args: Parameters<typeof node>): AnyVersion => node(...args) as AnyVersion;
export const gone = (spec = {}, labels = {}) => pod("gone", spec, { nodeName: "n", labels });

/** What happens, the plugin that refused, the event, the pod, its subject, and whether it helps. */
export type HintCase = [
  string,
  string,
  ClusterEvent,
  PodVersion,
  readonly [Subject, Subject],
  boolean,
];
