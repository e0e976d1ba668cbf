import { own } from "../../../base/own.js";
import type { ResourceList } from "../../../api/kubernetes.js";
import type { PodVersion } from "../../../api/pod-version.js";
import { placedRequests, scaledAmounts } from "../../../api/pod-resources.js";
import { parseResource } from "../../../api/quantity.js";
import type { QueueingHintFn } from "../../framework/cluster-event.js";

type Wanted = ReadonlyMap<string, number>;

function wantedBy(pod: PodVersion): Wanted {
  return scaledAmounts(placedRequests(pod));
}

function amount(list: ResourceList | undefined, name: string): number {
  const quantity = own(list, name);
  return quantity === undefined ? 0 : parseResource(name, quantity);
}

/**
 * A pod that leaves its node, or one where it was nominated, frees something; one that shrinks matters
 * if it gives back on its node what the waiting pod asks for, or is the waiting pod.
 */
export const freedResourcesHint: QueueingHintFn = (pod, before, after) => {
  if (before?.kind !== "Pod") return "Skip";
  if (after === null) return before.nodeName || before.nominatedNodeName ? "Queue" : "Skip";
  if (after.kind !== "Pod") return "Skip";
  if (after.uid === pod.uid) return "Queue";
  if (after.nodeName === "") return "Skip";
  const was = wantedBy(before);
  const is = wantedBy(after);
  const shrunk = [...wantedBy(pod)].some(
    ([name, want]) => want > 0 && (is.get(name) ?? 0) < (was.get(name) ?? 0),
  );
  return shrunk ? "Queue" : "Skip";
};

/** A node matters that could hold the pod if it were empty, and that is new or has grown. */
export const nodeRoomHint: QueueingHintFn = (pod, before, after) => {
  if (after?.kind !== "Node") return "Skip";
  const wanted = [...wantedBy(pod)].filter(([, want]) => want > 0);
  const allocatable = after.status?.allocatable;
  if (amount(allocatable, "pods") < 1) return "Skip";
  if (wanted.some(([name, want]) => want > amount(allocatable, name))) return "Skip";
  if (before?.kind !== "Node") return "Queue";
  const grown = [...wanted.map(([name]) => name), "pods"].some(
    (name) => amount(allocatable, name) > amount(before.status?.allocatable, name),
  );
  return grown ? "Queue" : "Skip";
};
