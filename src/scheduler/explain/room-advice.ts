import { counted } from "../../base/counted.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { Resources, type ScalarResources } from "../framework/resources.js";
import { type Measure, measuresOf } from "./amount-text.js";
import { nodeText } from "./node-text.js";

const MAX_NAMED_OWNERS = 3;

/** Pods whose removal would make enough room on a node. */
interface Clearing {
  readonly node: NodeInfo;
  readonly pods: readonly PodInfo[];
  readonly highestPriority: number;
}

/** What would make room for the pod, on nodes that only lack room; nothing where it has enough. */
export function roomAdvice(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  names: ScalarResources,
): readonly string[] {
  const advice: string[] = [];
  const measures = measuresOf(pod, names);
  let isTooLarge = false;
  for (const measure of measures) {
    const need = measure.of(pod.template.resources.requests);
    const isLacking = nodes.some((node) => freeOf(node, measure) < need);
    if (!isLacking) continue;
    const shortage = shortageText(measure, need, nodes);
    advice.push(shortage.text);
    isTooLarge ||= shortage.isTooLarge;
  }
  const full = nodes.filter((node) => node.pods.length >= node.allowedPodNumber);
  if (full.length > 0) {
    advice.push(
      `${counted(full.length, "node")} ${full.length === 1 ? "has" : "have"} as many pods as allowed: ${nodeText(full[0]!)} takes ${full[0]!.allowedPodNumber}.`,
    );
  }
  if (isTooLarge) return advice;
  const clearing = bestClearing(pod, nodes, measures);
  if (clearing !== null) advice.push(...clearingAdvice(pod, clearing));
  const asked = measures.map((m) => m.text(m.of(pod.template.resources.requests))).join(", ");
  if (asked !== "") {
    advice.push(`Another node like ${nodeText(nodes[0]!)} with ${asked} free would take it.`);
  }
  return advice;
}

function freeOf(node: NodeInfo, measure: Measure): number {
  return measure.of(node.allocatable) - measure.of(node.requested);
}

function shortageText(
  measure: Measure,
  need: number,
  nodes: readonly NodeInfo[],
): { readonly text: string; readonly isTooLarge: boolean } {
  const largest = best(nodes, (node) => measure.of(node.allocatable));
  const asks = `The pod asks for ${measure.text(need)}`;
  if (measure.of(largest.allocatable) < need) {
    const size = measure.text(measure.of(largest.allocatable));
    const text = `${asks}, and no node that it may use is that large, even when empty (${nodeText(largest)}: ${size}). Ask for less, or add a larger node.`;
    return { text, isTooLarge: true };
  }
  const freest = best(nodes, (node) => freeOf(node, measure));
  const free = freeOf(freest, measure);
  const total = nodes.reduce((sum, node) => sum + Math.max(0, freeOf(node, measure)), 0);
  const has = `${measure.text(Math.max(0, free))} free of ${measure.text(measure.of(freest.allocatable))}`;
  let text =
    nodes.length === 1
      ? `${asks}; ${nodeText(freest)}, which only lacks room, has ${has}.`
      : `${asks}; the freest of the ${nodes.length} nodes that only lack room, ${nodeText(freest)}, has ${has}.`;
  if (free < need && total >= need) {
    text += ` Together they have ${measure.text(total)} free, but a pod cannot be split.`;
  }
  return { text, isTooLarge: false };
}

function best(nodes: readonly NodeInfo[], value: (node: NodeInfo) => number): NodeInfo {
  return nodes.reduce((a, b) => (value(b) > value(a) ? b : a));
}

/** The clearing that hurts least: the lowest priority, then the fewest pods. */
function bestClearing(
  pod: PodInfo,
  nodes: readonly NodeInfo[],
  measures: readonly Measure[],
): Clearing | null {
  let found: Clearing | null = null;
  for (const node of nodes) {
    const clearing = clearingOf(pod, node, measures);
    if (clearing === null) continue;
    const isBetter =
      found === null ||
      clearing.highestPriority < found.highestPriority ||
      (clearing.highestPriority === found.highestPriority &&
        clearing.pods.length < found.pods.length);
    if (isBetter) found = clearing;
  }
  return found;
}

/** The least important pods first, of equal ones the largest; then those that were not needed stay. */
function clearingOf(pod: PodInfo, node: NodeInfo, measures: readonly Measure[]): Clearing | null {
  const [first] = measures;
  const size = (info: PodInfo) => first?.of(info.template.resources.requests) ?? 0;
  // Its own siblings are left: to scale them down for it would be no gain.
  const owner = ownerText(pod.pod);
  const order = node.pods
    .filter((info) => ownerText(info.pod) !== owner || info.pod.namespace !== pod.pod.namespace)
    .sort((a, b) => a.priority - b.priority || size(b) - size(a));
  let pods: PodInfo[] = [];
  while (!hasRoom(pod, node, pods, measures)) {
    const next = order[pods.length];
    if (next === undefined) return null;
    pods = [...pods, next];
  }
  for (const spared of pods) {
    const rest = pods.filter((other) => other !== spared);
    if (hasRoom(pod, node, rest, measures)) pods = rest;
  }
  if (pods.length === 0) return null;
  const highestPriority = Math.max(...pods.map(({ priority }) => priority));
  return { node, pods, highestPriority };
}

function hasRoom(
  pod: PodInfo,
  node: NodeInfo,
  without: readonly PodInfo[],
  measures: readonly Measure[],
): boolean {
  if (node.pods.length - without.length + 1 > node.allowedPodNumber) return false;
  const freed = new Resources();
  for (const { template } of without) freed.add(template.resources.requests, 1);
  return measures.every(
    (m) => freeOf(node, m) + m.of(freed) >= m.of(pod.template.resources.requests),
  );
}

function clearingAdvice(
  pod: PodInfo,
  { node, pods, highestPriority }: Clearing,
): readonly string[] {
  const owners = [...new Set(pods.map((info) => ownerText(info.pod)))];
  const named = owners.slice(0, MAX_NAMED_OWNERS).join(", ");
  const more =
    owners.length > MAX_NAMED_OWNERS ? ` and ${owners.length - MAX_NAMED_OWNERS} more` : "";
  const gone = pods.length === 1 ? "one pod" : `${pods.length} pods`;
  const advice = [
    `${nodeText(node)} would have room with ${gone} less (priority ${highestPriority}${pods.length === 1 ? "" : " at most"}): scale down ${named}${more}, or delete.`,
  ];
  if (highestPriority >= pod.priority) {
    advice.push(
      `Preemption does not do that by itself: it only takes pods of lower priority, and this pod's priority is ${pod.priority}. A PriorityClass above ${highestPriority} for it, or one below ${pod.priority} for them, would let it.`,
    );
  } else if (pod.template.spec.preemptionPolicy === "Never") {
    advice.push(
      "Preemption does not do that by itself, since the pod's preemptionPolicy is Never; PreemptLowerPriority would let it.",
    );
  }
  return advice;
}

/** `Deployment/web` for a pod of one of its ReplicaSets; the pod itself where nobody owns it. */
function ownerText(pod: PodVersion): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return `Pod/${pod.name}`;
  const suffix = `-${pod.labels["pod-template-hash"] ?? ""}`;
  if (owner.kind === "ReplicaSet" && suffix.length > 1 && owner.name.endsWith(suffix)) {
    return `Deployment/${owner.name.slice(0, -suffix.length)}`;
  }
  return `${owner.kind}/${owner.name}`;
}
