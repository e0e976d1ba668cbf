import type { Status } from "../api/kinds.js";
import type { WriteRequest } from "../store/request.js";

/**
 * What a kubelet writes of its node's status: the fields that are its own, as a patch, so that what others have
 * written meanwhile into the rest (the volumes that are attached, conditions of theirs) stays as it is.
 *
 * Source: upstream's `PatchNodeStatus`, which sends what differs from what it read.
 */
export function statusMerge(
  { name }: { readonly name: string },
  status: Partial<Status<"Node">>,
): WriteRequest {
  const target = { kind: "Node", namespace: "", name } as const;
  return { verb: "merge", target, patch: { status }, subresource: "status" };
}
