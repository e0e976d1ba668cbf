import type { Operation, OperationRunner } from "../../workload/timeline/operation.js";
import { addNodes } from "./add-nodes.js";
import { apply } from "./apply.js";
import { cordon, uncordon } from "./cordon.js";
import { deletion } from "./delete.js";
import { drain } from "./drain.js";
import { dump } from "./dump.js";
import { evict } from "./evict.js";
import { failNode, failZone, recoverNode } from "./fail-node.js";
import { label } from "./label.js";
import { patch } from "./patch.js";
import { removeNodes } from "./remove-nodes.js";
import { replaceNodes } from "./replace-nodes.js";
import { rollout } from "./rollout.js";
import { scale } from "./scale.js";
import { setImage } from "./set-image.js";
import { setResources } from "./set-resources.js";
import { setTraffic } from "./set-traffic.js";
import { taint } from "./taint.js";
import type { OperationContext, TimelineOperation } from "./timeline-operation.js";
import { waitFor } from "./wait-for.js";

const STEPS: readonly TimelineOperation[] = [
  apply,
  deletion,
  patch,
  scale,
  setImage,
  setResources,
  setTraffic,
  label,
  cordon,
  uncordon,
  taint,
  drain,
  evict,
  dump,
  addNodes,
  removeNodes,
  replaceNodes,
  rollout,
  failNode,
  failZone,
  recoverNode,
];

/** The operations of the timeline, in the order of the reference. */
export const TIMELINE_OPERATIONS: readonly TimelineOperation[] = [...STEPS, waitFor(STEPS)];

const BY_NAME = new Map(TIMELINE_OPERATIONS.map((one) => [one.name, one]));

/** The operation that a step is of. */
export function operationOf({ type }: Operation): TimelineOperation {
  return BY_NAME.get(type)!;
}

/** What takes the steps of each operation in a run, in the order of the registry. */
export function operationRunners(
  context: OperationContext,
): ReadonlyMap<string, () => OperationRunner> {
  return new Map(TIMELINE_OPERATIONS.map((one) => [one.name, () => one.runner(context)]));
}
