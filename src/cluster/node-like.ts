import type { Taint } from "../api/kubernetes.js";
import { type NewGeneric, newMeta } from "../api/new-object.js";
import type { VersionOf } from "../api/object-version.js";
import { numberedName, providerId, type Registration, registeredNode } from "./node-object.js";

const HOSTNAME = "kubernetes.io/hostname";

/** A node that others are made like. */
export interface NodeModel {
  readonly example: VersionOf<"Node">;
  /** False for a taint of the example's that says something of the moment. */
  readonly keepsTaint: (taint: Taint) => boolean;
}

/**
 * The Node object of the `index`-th node that a pool makes like another: of its labels but for the hostname, its taints that
 * stay, its capacity and what of it is allocatable, healthy.
 */
export function nodeLike(
  { example, keepsTaint }: NodeModel,
  pool: string,
  index: number,
  at: Registration,
): NewGeneric<"Node"> {
  const name = numberedName(pool, index);
  const { [HOSTNAME]: _, ...labels } = example.labels;
  const taints = (example.spec.taints ?? []).filter(keepsTaint);
  const { capacity, allocatable } = example.status;
  const node: NewGeneric<"Node"> = {
    kind: "Node",
    ...newMeta("", name),
    labels,
    spec: { providerID: providerId(pool, name), ...(taints.length > 0 && { taints }) },
    status: {
      ...(capacity !== undefined && { capacity }),
      ...(allocatable !== undefined && { allocatable }),
    },
  };
  return registeredNode(node, at);
}
