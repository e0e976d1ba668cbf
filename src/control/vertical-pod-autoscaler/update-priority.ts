import { mustParseQuantity, type Quantity } from "../../api/quantity.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { VerticalPodAutoscalerSpec } from "../../api/schemas/types.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { isContainerOff } from "./container-policy.js";
import { observedContainers } from "./observed-containers.js";
import { resourcesOf } from "./pod-resources.js";
import type { ContainerRecommendation, Recommendation } from "./recommendation.js";
import { amountIn, amountsOf } from "./resource-lists.js";
import type { UpdaterSettings } from "./updater-settings.js";

/** How much a pod is off its recommendation. */
export interface UpdatePriority {
  readonly outsideRecommendedRange: boolean;
  readonly scaleUp: boolean;
  /** The sum, over resources, of the relative differences between what is asked for and what is recommended. */
  readonly resourceDiff: number;
}

/** Source: VPA, defaultPriorityProcessor (1.8). */
export function updatePriority(
  pod: PodVersion,
  recommendation: Recommendation | null,
): UpdatePriority {
  let outsideRecommendedRange = false;
  let scaleUp = false;
  const requested = new Map<string, bigint>();
  const recommended = new Map<string, bigint>();
  const observed = observedContainers(pod.annotations);
  for (const { name } of pod.spec.containers) {
    const container = recommendationFor(name, recommendation);
    if (container === undefined || observed?.has(name) === false) continue;
    const requests = amountsOf(resourcesOf(pod, name).requests);
    const [lower, upper] = [amountsOf(container.lowerBound), amountsOf(container.upperBound)];
    for (const [resource, target] of amountsOf(container.target)) {
      add(recommended, resource, target.milliValue());
      const request = requests.get(resource);
      if (request === undefined) {
        scaleUp = true;
        outsideRecommendedRange = true;
        continue;
      }
      add(requested, resource, request.milliValue());
      if (target.milliValue() > request.milliValue()) scaleUp = true;
      const [low, high] = [lower.get(resource), upper.get(resource)];
      const isBelow = low !== undefined && request.compare(low) < 0;
      if (isBelow || (high !== undefined && request.compare(high) > 0)) {
        outsideRecommendedRange = true;
      }
    }
  }
  let resourceDiff = 0;
  for (const [resource, target] of recommended) {
    const request = Math.max(Number(requested.get(resource) ?? 0n), 1);
    resourceDiff += Math.abs(request - Number(target)) / request;
  }
  return { outsideRecommendedRange, scaleUp, resourceDiff };
}

function add(sums: Map<string, bigint>, resource: string, millis: bigint): void {
  sums.set(resource, (sums.get(resource) ?? 0n) + millis);
}

/** Those that grow before those that shrink, and then by how much. */
export function moreUrgent(a: UpdatePriority, b: UpdatePriority): number {
  if (a.scaleUp !== b.scaleUp) return a.scaleUp ? -1 : 1;
  return b.resourceDiff - a.resourceDiff;
}

export function recommendationFor(
  name: string,
  recommendation: Recommendation | null,
): ContainerRecommendation | undefined {
  return recommendation?.containerRecommendations?.find(
    ({ containerName }) => containerName === name,
  );
}

/**
 * Whether a pod is to be updated: it lies outside of what is recommended, was killed for want of memory soon after
 * its start, or is old enough and off by enough.
 * Source: VPA, UpdatePriorityCalculator (1.8).
 */
export function isDue(
  pod: PodVersion,
  priority: UpdatePriority,
  spec: VerticalPodAutoscalerSpec,
  { settings, nowMicros }: { readonly settings: UpdaterSettings; readonly nowMicros: TimeMicros },
): boolean {
  if (hadQuickOom(pod, spec, settings, nowMicros)) return priority.resourceDiff !== 0;
  if (priority.outsideRecommendedRange) return true;
  const { startTimeMicros } = pod.status;
  if (startTimeMicros === null) return false;
  if (nowMicros < startTimeMicros + settings.podLifetimeMicros) return false;
  return priority.resourceDiff >= settings.updateThreshold;
}

function hadQuickOom(
  { annotations, status }: PodVersion,
  { updatePolicy, resourcePolicy }: VerticalPodAutoscalerSpec,
  { evictAfterOomMicros, perVpaConfig }: UpdaterSettings,
  nowMicros: TimeMicros,
): boolean {
  const own = perVpaConfig ? updatePolicy?.evictAfterOOMSeconds : null;
  const threshold = own == null ? evictAfterOomMicros : own * MICROS_PER_SECOND;
  const observed = observedContainers(annotations);
  return status.containers.some(({ name, lastTermination: last }) => {
    if (last?.reason !== "OOMKilled" || observed?.has(name) === false) return false;
    if (isContainerOff(name, resourcePolicy)) return false;
    const finished = last.finishedAtMicros ?? 0;
    const lived = finished - (last.startedAtMicros ?? 0);
    return lived < threshold && nowMicros - finished < threshold;
  });
}

/**
 * Whether the requirements of an autoscaler let a pod be disturbed: for one container at least, one resource of each has
 * to move in the direction that it wants.
 * Source: VPA, scalingDirectionPodEvictionAdmission (1.8).
 */
export function meetsRequirements(
  pod: PodVersion,
  { updatePolicy }: VerticalPodAutoscalerSpec,
  recommendation: Recommendation | null,
): boolean {
  if (updatePolicy == null) return true;
  const requirements = updatePolicy.evictionRequirements ?? [];
  return pod.spec.containers.some(({ name }) => {
    const container = recommendationFor(name, recommendation);
    if (container === undefined) return false;
    const requests = amountsOf(resourcesOf(pod, name).requests);
    if (!requests.has("cpu") || !requests.has("memory")) return true;
    const targets = amountsOf(container.target);
    return requirements.every(({ resources, changeRequirement }) =>
      resources.some((resource) => {
        const change = compareMillis(amountIn(targets, resource), amountIn(requests, resource));
        if (changeRequirement === "TargetHigherThanRequests") return change > 0;
        return changeRequirement === "TargetLowerThanRequests" && change < 0;
      }),
    );
  });
}

function compareMillis(a: Quantity, b: Quantity): number {
  return Number(a.milliValue() - b.milliValue());
}

/** Some target is lower than that of the other recommendation. */
export function isLowerThan(
  recommendation: Recommendation | null | undefined,
  other: Recommendation,
): boolean {
  return (recommendation?.containerRecommendations ?? []).some((container) => {
    const before = recommendationFor(container.containerName ?? "", other)?.target ?? {};
    return Object.entries(container.target).some(([resource, target]) => {
      const last = before[resource];
      return last !== undefined && mustParseQuantity(target).compare(mustParseQuantity(last)) < 0;
    });
  });
}
