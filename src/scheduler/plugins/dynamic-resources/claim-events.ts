import { deepEqual } from "../../../api/deep-equal.js";
import { Action, type ClusterEventWithHint, clusterEvent } from "../../framework/cluster-event.js";
import type { ClaimLister } from "../../framework/listers.js";
import { podResourceClaims, type ResourceClaim } from "./pod-claims.js";

/** What may help a pod that lacks a claim or devices. Source: `dynamicresources`, EventsToRegister. */
export function claimEvents(claims: ClaimLister): readonly ClusterEventWithHint[] {
  const { Add, Update, Delete, UpdateNodeLabel, UpdateNodeAllocatable } = Action;
  return [
    { event: clusterEvent("Node", Add, UpdateNodeLabel, UpdateNodeAllocatable) },
    {
      event: clusterEvent("ResourceClaim", Add, Update, Delete),
      hint: (pod, before, after) => {
        const was = before as ResourceClaim | null;
        const is = after as ResourceClaim | null;
        if (is === null) return was?.status?.allocation === undefined ? "Skip" : "Queue";
        const own = podResourceClaims(pod, claims);
        if (typeof own === "string") return "Skip";
        const freed = was?.status?.allocation !== undefined && is.status?.allocation === undefined;
        if (freed) return "Queue";
        if (!own.some(({ uid }) => uid === is.uid)) return "Skip";
        return was !== null && deepEqual(was.status, is.status) ? "Skip" : "Queue";
      },
    },
    {
      event: clusterEvent("UnschedulablePod", Action.UpdatePodGeneratedResourceClaim),
      hint: (pod) => (typeof podResourceClaims(pod, claims) === "string" ? "Skip" : "Queue"),
    },
    { event: clusterEvent("DeviceClass", Add, Update) },
    { event: clusterEvent("ResourceSlice", Add, Update) },
  ];
}
