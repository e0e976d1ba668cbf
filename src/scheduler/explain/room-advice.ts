import { counted } from "../../base/counted.js";
import type { NodeInfo } from "../framework/node-info.js";
import type { PodInfo } from "../framework/pod-info.js";
import { Resources } from "../framework/resources.js";
import { mustBeNear } from "./affinity-advice.js";
import { type Measure, measuresOf } from "./amount-text.js";
import { listText, nodesText, nodeText } from "./node-text.js";
import { initText } from "./init-container.js";
import { areSiblings, isOfOtherTemplate, ownerText } from "./owner-text.js";
import { HIGHEST_CLASS, LOWEST_CLASS, priorityText } from "./priority-text.js";
import type { Ruled } from "./ruled.js";

const MAX_NAMED_OWNERS = 3;
type MayGo = (info: PodInfo) => boolean;

/** Room for a pod, in these measures, at the cost of others that may go. */
interface Wanted {
  readonly pod: PodInfo;
  readonly mayGo: MayGo;
  readonly measures: readonly Measure[];
}

/** Pods whose removal would make enough room on a node. */
interface Clearing {
  readonly node: NodeInfo;
  readonly pods: readonly PodInfo[];
  readonly highestPriority: number;
}

/** What would make room for the pod, on nodes that only lack room; nothing where it has enough. */
export function roomAdvice({ framework, pod, nodes }: Ruled): readonly string[] {
  const measures = measuresOf(pod, framework.scalars);
  const needOf = (measure: Measure) => measure.of(pod.template.resources.requests);
  const tooLarge = measures.filter((measure) =>
    nodes.every((node) => measure.of(node.allocatable) < needOf(measure)),
  );
  if (tooLarge.length > 0) {
    return tooLarge.map((measure) => sizeText(measure, askOf(pod, measure), nodes));
  }
  const lacking = measures.filter((measure) =>
    nodes.some((node) => freeOf(node, measure) < needOf(measure)),
  );
  const advice = lacking.map((measure) => shortageText(measure, askOf(pod, measure), nodes));
  const full = nodes.filter((node) => node.pods.length >= node.allowedPodNumber);
  if (full.length > 0) advice.push(fullText(full));
  // Its own siblings are left: to scale them down for it would be no gain.
  const others = (info: PodInfo) => !areSiblings(info.pod, pod.pod);
  const isNear = (info: PodInfo) => mustBeNear(pod, info, framework.listers);
  const clear = (mayGo: MayGo) => bestClearing({ pod, mayGo, measures }, nodes);
  const clearing = clear((info) => others(info) && !isNear(info));
  const withNear = clearing === null ? clear(others) : null;
  const older = clear((info) => isOfOtherTemplate(pod.pod, info.pod));
  if (older !== null) advice.push(olderText(pod, older));
  if (clearing !== null) advice.push(...clearingAdvice(pod, clearing));
  if (withNear !== null) advice.push(nearText(withNear.node, withNear.node.pods.filter(isNear)));
  if (!isTiedToHosts(pod)) {
    const asked = measures.map((measure) => measure.text(needOf(measure))).join(", ");
    const free = asked === "" ? "" : ` with ${asked} free`;
    advice.push(`One more node like ${nodeText(nodes[0]!)}${free} would take it.`);
  }
  return advice;
}

/** Whether more than its labels and its room decides if a node will do: another like it may not. */
function isTiedToHosts({ template }: PodInfo): boolean {
  const { requiredAffinityTerms, hasVolumes, spec } = template;
  const choice = JSON.stringify([spec.nodeSelector, spec.affinity?.nodeAffinity]);
  return (
    requiredAffinityTerms.length > 0 ||
    hasVolumes ||
    /"(?:kubernetes\.io\/hostname|metadata\.name)"/.test(choice)
  );
}

function freeOf(node: NodeInfo, measure: Measure): number {
  return measure.of(node.allocatable) - measure.of(node.requested);
}

/** How much a pod asks for, and as whose request. */
interface Ask {
  readonly need: number;
  readonly text: string;
}

function askOf({ template: { resources, spec } }: PodInfo, measure: Measure): Ask {
  const need = measure.of(resources.requests);
  return { need, text: `It asks for ${measure.text(need)}${initText(spec, measure)}` };
}

/** Pods that its own rolling update takes away only once the new ones are ready. */
function olderText({ pod }: PodInfo, { node, pods }: Clearing): string {
  const names = listText(
    pods.map((info) => info.pod.name),
    MAX_NAMED_OWNERS,
  );
  const [holds, old] = pods.length === 1 ? ["holds", "pod"] : ["hold", "pods"];
  return `${ownerText(pod)}'s own old ${old} ${names} ${holds} the room on ${nodeText(node)}, and a rolling update keeps old pods until new ones are ready: let it take them away first (maxSurge: 0 and maxUnavailable: 1), or add room.`;
}

/** Of a resource of which no node has enough, even when it is empty. */
function sizeText(measure: Measure, { text: asks }: Ask, nodes: readonly NodeInfo[]): string {
  const largest = best(nodes, (node) => measure.of(node.allocatable));
  const size = measure.of(largest.allocatable);
  return size === 0
    ? `${asks}, and no node that it may use has any ${measure.name}: add one that has, or correct the request.`
    : `${asks}, and no node that it may use is that large, even when empty; the largest, ${nodeText(largest)}, has ${measure.text(size)}. Ask for less, or add a larger node.`;
}

function shortageText(
  measure: Measure,
  { need, text: asks }: Ask,
  nodes: readonly NodeInfo[],
): string {
  const freest = best(nodes, (node) => freeOf(node, measure));
  const free = freeOf(freest, measure);
  const total = nodes.reduce((sum, node) => sum + Math.max(0, freeOf(node, measure)), 0);
  const has = `${measure.text(Math.max(0, free))} free of ${measure.text(measure.of(freest.allocatable))}`;
  const text =
    nodes.length === 1
      ? `${asks}. ${nodeText(freest)}, which lacks nothing but room, has ${has}.`
      : `${asks}. ${nodes.length} nodes lack nothing but room; the freest of them, ${nodeText(freest)}, has ${has}.`;
  if (free >= need || total < need) return text;
  return `${text} Together they have ${measure.text(total)} free, but a pod cannot be split.`;
}

/** Of nodes whose number of pods is the limit. */
function fullText(full: readonly NodeInfo[]): string {
  const { allowedPodNumber } = full[0]!;
  const run = full.length === 1 ? "runs as many pods as it may" : "run as many pods as they may";
  return `${nodesText(full)} ${run} (${allowedPodNumber}): raise the number of pods a node (the kubelet's maxPods), or add a node.`;
}

function best(nodes: readonly NodeInfo[], value: (node: NodeInfo) => number): NodeInfo {
  return nodes.reduce((a, b) => (value(b) > value(a) ? b : a));
}

/** A node that has room for the pod only without the very pods that it must be near. */
function nearText(node: NodeInfo, near: readonly PodInfo[]): string {
  const names = listText(
    near.map(({ pod }) => pod.name),
    MAX_NAMED_OWNERS,
  );
  return `${nodeText(node)} has no room for it beside the pods that it must be near (its podAffinity): ${names}. Ask for less, move those to a larger node, or make the rule a preferred one.`;
}

/** The clearing that hurts least: the lowest priority, then the fewest pods. */
function bestClearing(wanted: Wanted, nodes: readonly NodeInfo[]): Clearing | null {
  let found: Clearing | null = null;
  for (const node of nodes) {
    const clearing = clearingOf(wanted, node);
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
function clearingOf({ pod, mayGo, measures }: Wanted, node: NodeInfo): Clearing | null {
  const [first] = measures;
  const size = (info: PodInfo) => first?.of(info.template.resources.requests) ?? 0;
  const order = node.pods
    .filter(mayGo)
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
  const priority = `priority ${priorityText(highestPriority)}${pods.length === 1 ? "" : " at most"}`;
  const named = listText(owners, MAX_NAMED_OWNERS);
  const advice = [
    `With ${counted(pods.length, "pod")} less ${nodeText(node)} would have room: scale down, or move, ${named} (${priority}).`,
  ];
  const isPatient = pod.template.spec.preemptionPolicy === "Never";
  if (highestPriority >= pod.priority) {
    const policy = isPatient ? " and the preemptionPolicy Never" : "";
    const classes = classText(pod.priority, highestPriority, isPatient);
    advice.push(
      `The scheduler takes only pods of lower priority away by itself (preemption), and this pod has priority ${priorityText(pod.priority)}${policy}.${classes}`,
    );
  } else if (isPatient) {
    advice.push(
      "The scheduler takes no pod away for this one (preemption), for its preemptionPolicy is Never: PreemptLowerPriority would let it.",
    );
  }
  return advice;
}

/**
 * Which PriorityClasses would let it preempt, as far as there are such values. To one that must not
 * preempt at all, lower ones of others are no help.
 */
function classText(own: number, theirs: number, isPatient: boolean): string {
  const policy = isPatient ? " with preemptionPolicy PreemptLowerPriority" : "";
  const classes = [
    ...(theirs < HIGHEST_CLASS ? [`above ${theirs} for it${policy}`] : []),
    ...(own > LOWEST_CLASS && !isPatient ? [`below ${own} for them`] : []),
  ];
  return classes.length === 0
    ? ""
    : ` A PriorityClass ${classes.join(", or ")}${classes.length > 1 ? "," : ""} would let it.`;
}
