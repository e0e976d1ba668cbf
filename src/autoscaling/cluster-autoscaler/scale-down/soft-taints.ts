import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import {
  isMarkedAsCandidate,
  isMarkedToBeDeleted,
  markedAsCandidate,
  unmarkedAsCandidate,
} from "./deletion-taint.js";
import type { ScaleDownDoor } from "./scale-down-door.js";

/** As many nodes are changed in a loop; upstream's --max-bulk-soft-taint-count. */
const CHANGES = 10;

/**
 * Marks nodes that are not needed, so that the scheduler rather takes others, and takes the mark off those that
 * are needed again. Nodes that are being removed are let be.
 * Source: Cluster Autoscaler 1.36, core/scaledown/actuation.UpdateSoftDeletionTaints.
 */
export function updateSoftTaints(
  nodes: readonly NodeVersion[],
  isUnneeded: (name: string) => boolean,
  { door, startTimeMs }: { readonly door: ScaleDownDoor; readonly startTimeMs: number },
): void {
  const staying = nodes.filter((node) => !isMarkedToBeDeleted(node));
  const needed = staying.filter((node) => !isUnneeded(node.name) && isMarkedAsCandidate(node));
  const unneeded = staying.filter((node) => isUnneeded(node.name) && !isMarkedAsCandidate(node));
  const freed = needed.slice(0, CHANGES);
  for (const { name } of freed) door.changeNode(name, unmarkedAsCandidate);
  for (const { name } of unneeded.slice(0, CHANGES - freed.length)) {
    door.changeNode(name, (newest) => markedAsCandidate(newest, door.now(), startTimeMs));
  }
}
