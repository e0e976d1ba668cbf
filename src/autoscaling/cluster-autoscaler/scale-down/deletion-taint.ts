import type { VersionOf } from "../../../api/object-version.js";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import { DELETION_CANDIDATE, TO_BE_DELETED } from "../taints.js";

type Node = VersionOf<"Node">;
type NodeSpec = Node["spec"];

/** A removal whose node is still there after that time is no longer believed in. */
const BELIEVED_MICROS = 5 * MICROS_PER_MINUTE;

/** When, in seconds since 1970: how the taints of the autoscaler keep a time. */
function secondsText(nowMicros: TimeMicros, startTimeMs: number): string {
  return String(Math.floor((startTimeMs * 1000 + nowMicros) / MICROS_PER_SECOND));
}

function withTaint(
  spec: NodeSpec,
  taint: { readonly key: string; readonly effect: string; readonly value: string },
): NodeSpec {
  return { ...spec, taints: [...(spec.taints ?? []), taint] };
}

function withoutTaint(spec: NodeSpec, key: string): NodeSpec {
  return { ...spec, taints: (spec.taints ?? []).filter((taint) => taint.key !== key) };
}

function hasTaint(node: Node, key: string): boolean {
  return (node.spec.taints ?? []).some((taint) => taint.key === key);
}

/** The node as one that is being removed: nothing new comes on it. */
export function markedToBeDeleted(
  { spec }: Node,
  nowMicros: TimeMicros,
  startTimeMs: number,
): NodeSpec {
  const value = secondsText(nowMicros, startTimeMs);
  return withTaint(spec, { key: TO_BE_DELETED, effect: "NoSchedule", value });
}

/** The node as one that stays after all. */
export function unmarkedToBeDeleted({ spec }: Node): NodeSpec {
  return withoutTaint(spec, TO_BE_DELETED);
}

/** True from when the node is marked as being removed, until that is too long ago to be believed. */
export function isBeingDeleted(node: Node, nowMicros: TimeMicros, startTimeMs: number): boolean {
  const taint = (node.spec.taints ?? []).find(({ key }) => key === TO_BE_DELETED);
  if (taint === undefined) return false;
  const sinceMicros = Number(taint.value) * MICROS_PER_SECOND - startTimeMs * 1000;
  return nowMicros - sinceMicros < BELIEVED_MICROS;
}

/** The node as one that is not needed: the scheduler takes it last. */
export function markedAsCandidate(
  { spec }: Node,
  nowMicros: TimeMicros,
  startTimeMs: number,
): NodeSpec {
  const value = secondsText(nowMicros, startTimeMs);
  return withTaint(spec, { key: DELETION_CANDIDATE, effect: "PreferNoSchedule", value });
}

export function unmarkedAsCandidate({ spec }: Node): NodeSpec {
  return withoutTaint(spec, DELETION_CANDIDATE);
}

export const isMarkedToBeDeleted = (node: Node): boolean => hasTaint(node, TO_BE_DELETED);
export const isMarkedAsCandidate = (node: Node): boolean => hasTaint(node, DELETION_CANDIDATE);
