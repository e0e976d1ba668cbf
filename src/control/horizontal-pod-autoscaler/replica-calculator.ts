import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import { MetricsError } from "./metrics-client.js";
import { PodGroup, type PodGroups } from "./pod-groups.js";
import type { PodSamples } from "./pod-samples.js";

/** How far from 1 the ratio of a metric to its target may lie without any change. */
export interface Tolerances {
  readonly scaleDown: number;
  readonly scaleUp: number;
}

/** Replicas that a metric asks for, and the value that is reported of it. */
export interface Proposal {
  readonly replicas: number;
  /** Of the raw value, in thousandths: the mean over pods, or the whole. */
  readonly valueMillis: number;
  /** In percent of what is requested, where the target is a utilization. */
  readonly utilization?: number;
}

const MAX_INT32 = 2 ** 31 - 1;
/** The largest integer of 64 bits, as near as a number comes. */
export const MAX_INT64 = 2 ** 63;

const NO_SAMPLES = "no metrics returned matched known pods";

function isWithin({ scaleDown, scaleUp }: Tolerances, ratio: number): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}

/** What the samples of pods come to, against a target. */
interface Ratio {
  readonly ratio: number;
  readonly valueMillis: number;
  readonly utilization?: number;
}

/** The values that count, in thousandths. */
export interface CountedValues {
  /** By the place of their pod, of the first `length`; NaN: that one does not count. */
  readonly ofPods: Float64Array;
  readonly length: number;
  /** Of pods that are not among those of the autoscaler. */
  readonly others: readonly number[];
}

/** How a metric of pods is compared with its target. */
export interface PodTarget {
  ratioOf(values: CountedValues): Ratio | MetricsError;
  /** What the pod in that place is taken to use when there is no sample of it and less load than wanted. */
  fallbackMillis(place: number): number;
}

/** A mean over the pods. */
export function averageTarget(targetMillis: number): PodTarget {
  return {
    ratioOf({ ofPods, length, others }) {
      let total = 0;
      let count = others.length;
      for (let place = 0; place < length; place++) {
        const value = ofPods[place]!;
        if (Number.isNaN(value)) continue;
        total += value;
        count += 1;
      }
      for (const value of others) total += value;
      const valueMillis = Math.trunc(total / count);
      return { ratio: valueMillis / targetMillis, valueMillis };
    },
    fallbackMillis: () => targetMillis,
  };
}

/** A percentage of what the pods request together, each in its place. */
export function utilizationTarget(percent: number, requests: Float64Array): PodTarget {
  return {
    ratioOf({ ofPods, length }) {
      let total = 0;
      let requested = 0;
      let entries = 0;
      for (let place = 0; place < length; place++) {
        const value = ofPods[place]!;
        if (Number.isNaN(value)) continue;
        total += value;
        requested += requests[place]!;
        entries += 1;
      }
      if (requested === 0) return new MetricsError(NO_SAMPLES);
      const utilization = Math.trunc((total * 100) / requested);
      const valueMillis = Math.trunc(total / entries);
      return { ratio: utilization / percent, valueMillis, utilization };
    },
    fallbackMillis: (place) => Math.trunc((requests[place]! * Math.max(100, percent)) / 100),
  };
}

interface PodMetricInput {
  readonly currentReplicas: number;
  readonly values: CountedValues;
  readonly groups: PodGroups;
  readonly target: PodTarget;
  readonly tolerances: Tolerances;
}

const NO_OTHERS: readonly number[] = [];

/** The samples that count, those of pods that are neither ignored nor unready: the others' are struck out. */
export function countedValues(samples: PodSamples, groups: PodGroups): CountedValues {
  const { valueMillis: ofPods, length, others: of } = samples;
  if (groups.readyCount < length) {
    for (let place = 0; place < length; place++) {
      if (groups.of[place] !== PodGroup.ready) ofPods[place] = Number.NaN;
    }
  }
  return { ofPods, length, others: of.size === 0 ? NO_OTHERS : [...of.values()] };
}

/**
 * Replicas by a metric of the pods. Those without a sample are taken to use all that they may when there
 * is less load than wanted, and nothing when there is more; unready ones to use nothing when there is more.
 * Source: Kubernetes, "Horizontal Pod Autoscaling: Algorithm details".
 */
export function podMetricReplicas(input: PodMetricInput): Proposal | MetricsError {
  const { currentReplicas, groups, target, tolerances, values } = input;
  const seen = target.ratioOf(values);
  if (seen instanceof MetricsError) return seen;
  const { ratio } = seen;
  const keep = proposed(seen, currentReplicas);
  const dampedByUnready = groups.unreadyCount > 0 && ratio > 1;
  if (!dampedByUnready && groups.missingCount === 0) {
    if (isWithin(tolerances, ratio)) return keep;
    return proposed(seen, replicasOf(ratio * groups.readyCount));
  }
  const filled = filledUp(input, ratio, dampedByUnready);
  const damped = target.ratioOf(filled);
  if (damped instanceof MetricsError) return damped;
  const turned = (ratio < 1 && damped.ratio > 1) || (ratio > 1 && damped.ratio < 1);
  if (isWithin(tolerances, damped.ratio) || turned) return keep;
  const replicas = replicasOf(damped.ratio * filled.count);
  const wrongWay =
    (damped.ratio < 1 && replicas > currentReplicas) ||
    (damped.ratio > 1 && replicas < currentReplicas);
  return wrongWay ? keep : proposed(seen, replicas);
}

function proposed({ valueMillis, utilization }: Ratio, replicas: number): Proposal {
  return utilization === undefined
    ? { replicas, valueMillis }
    : { replicas, valueMillis, utilization };
}

/** With what pods without a sample, and unready ones, are taken to use; and how many values there are. */
function filledUp(
  { groups, target, values }: PodMetricInput,
  ratio: number,
  dampedByUnready: boolean,
): CountedValues & { readonly count: number } {
  const { length, others } = values;
  const ofPods = values.ofPods.slice(0, length);
  let count = others.length;
  for (let place = 0; place < length; place++) {
    const group = groups.of[place];
    if (group === PodGroup.missing && ratio < 1) ofPods[place] = target.fallbackMillis(place);
    if (group === PodGroup.missing && ratio > 1) ofPods[place] = 0;
    if (group === PodGroup.unready && dampedByUnready) ofPods[place] = 0;
    if (!Number.isNaN(ofPods[place])) count += 1;
  }
  return { ofPods, length, others, count };
}

interface ValueInput {
  readonly valueMillis: number;
  readonly targetMillis: number;
  readonly tolerances: Tolerances;
}

/** Replicas by a value that is to be kept as it is: the ratio to its target, times the ready pods. */
export function valueReplicas(
  input: ValueInput & { readonly currentReplicas: number; readonly pods: readonly PodVersion[] },
): Proposal | MetricsError {
  const { valueMillis, targetMillis, tolerances, currentReplicas, pods } = input;
  const ratio = valueMillis / targetMillis;
  if (currentReplicas === 0) return { replicas: replicasOf(ratio), valueMillis };
  if (isWithin(tolerances, ratio)) return { replicas: currentReplicas, valueMillis };
  if (pods.length === 0) {
    const none = "no pods returned by selector while calculating replica count";
    return new MetricsError(`unable to calculate ready pods: ${none}`);
  }
  const ready = pods.filter((pod) => pod.phase === "Running" && isPodReady(pod)).length;
  return { replicas: replicasOf(ratio * ready), valueMillis };
}

/** Replicas by a value of which each pod is to have a share. `statusReplicas`: pods that there are. */
export function perPodReplicas(input: ValueInput & { readonly statusReplicas: number }): Proposal {
  const { valueMillis, targetMillis, tolerances, statusReplicas } = input;
  const ratio = valueMillis / (targetMillis * statusReplicas);
  const replicas = isWithin(tolerances, ratio)
    ? statusReplicas
    : replicasOf(valueMillis / targetMillis);
  const share = valueMillis >= MAX_INT64 ? MAX_INT64 : Math.ceil(valueMillis / statusReplicas);
  // What a 64-bit machine makes of a division by no pods.
  return { replicas, valueMillis: Number.isFinite(share) ? share : -MAX_INT64 };
}

/** The sum of values, not above the largest integer of 64 bits. */
export function sumMillis(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum = Math.min(sum + value, MAX_INT64);
  return sum;
}

function replicasOf(exact: number): number {
  return Math.min(Math.ceil(exact), MAX_INT32);
}
