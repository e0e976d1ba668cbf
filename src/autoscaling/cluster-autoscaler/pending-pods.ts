import { parseGoDuration } from "../../api/cron/go-duration.js";
import { isPodTerminal, type PodVersion, podCondition } from "../../api/pod-version.js";
import { own } from "../../base/own.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import type { AutoscalerOptions } from "./options.js";

/** Pods that came not long ago are waited for: more of them may come. Source: cluster-autoscaler, `unschedulablePodTimeBuffer`. */
const BUFFER_MICROS = 2 * MICROS_PER_SECOND;
/** The same where nodes with GPUs are asked for, which are dear. */
const GPU_BUFFER_MICROS = 30 * MICROS_PER_SECOND;
const SCALE_UP_DELAY = "cluster-autoscaler.kubernetes.io/pod-scale-up-delay";

/** The pods of a cluster as a scan takes them. */
export interface SortedPods {
  /** On a node, or nominated for one: `nodeName` says which. */
  readonly placed: readonly PodVersion[];
  /** The scheduler found no node for them. */
  readonly unschedulable: readonly PodVersion[];
}

/** Pods that have ended are left out, and those that any other may push off. */
export function sortPods(pods: readonly PodVersion[], priorityCutoff: number): SortedPods {
  const placed: PodVersion[] = [];
  const unschedulable: PodVersion[] = [];
  for (const pod of pods) {
    if (isPodTerminal(pod) || isExpendable(pod, priorityCutoff)) continue;
    const { nodeName, nominatedNodeName } = pod;
    if (nodeName !== "") placed.push(pod);
    else if (nominatedNodeName !== "") placed.push(pod.next({ nodeName: nominatedNodeName }));
    else if (isUnschedulable(pod)) unschedulable.push(pod);
  }
  return { placed, unschedulable };
}

/** The scheduler has said that no node takes it. */
export function isUnschedulable(pod: PodVersion): boolean {
  if (pod.deletionTimeMicros !== null) return false;
  const condition = podCondition(pod, "PodScheduled");
  return condition?.status === "False" && condition.reason === "Unschedulable";
}

function isExpendable({ spec }: PodVersion, cutoff: number): boolean {
  const preempts = (spec.preemptionPolicy ?? "PreemptLowerPriority") === "PreemptLowerPriority";
  return preempts && spec.priority !== undefined && spec.priority < cutoff;
}

/** By priority, the highest first; equal ones as they are. */
export function byPriority(pods: readonly PodVersion[]): readonly PodVersion[] {
  return [...pods].sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0));
}

/** Whether the pod has waited for as long as pods have to before nodes are added for them. */
export function isOldEnough(pod: PodVersion, now: TimeMicros, delayMicros: TimeMicros): boolean {
  const text = own(pod.annotations, SCALE_UP_DELAY);
  const asked = text === undefined ? null : parseGoDuration(text);
  return now - pod.creationTimeMicros > Math.max(delayMicros, asked ?? 0);
}

/** Whether all came so lately that more may come. */
export function areAllNew(
  pods: readonly PodVersion[],
  now: TimeMicros,
  gpu: AutoscalerOptions["gpu"],
): boolean {
  const oldest = oldestOf(pods);
  if (oldest + BUFFER_MICROS > now) return true;
  if (gpu === null) return false;
  const withGpus = pods.filter((pod) => asksFor(pod, gpu.resource));
  return withGpus.length > 0 && oldestOf(withGpus) + GPU_BUFFER_MICROS > now;
}

function oldestOf(pods: readonly PodVersion[]): TimeMicros {
  return pods.reduce(
    (oldest, pod) => Math.min(oldest, pod.creationTimeMicros),
    Number.POSITIVE_INFINITY,
  );
}

function asksFor({ spec }: PodVersion, resource: string): boolean {
  return spec.containers.some(({ resources }) => own(resources?.requests, resource) !== undefined);
}
