import type {
  VerticalPodAutoscalerStatusRecommendation,
  VerticalPodAutoscalerStatusRecommendationContainerRecommendations,
} from "../../api/schemas/types.js";
import { MICROS_PER_MINUTE } from "../../base/time.js";
import type { Aggregation } from "./aggregation.js";
import { amountOf, CONTROLLED_RESOURCES, type ControlledResource } from "./amounts.js";
import { containerPolicy, type ResourcePolicy } from "./container-policy.js";
import { quantityText } from "./quantity-text.js";
import type { RecommenderSettings } from "./recommender-settings.js";

export type Recommendation = VerticalPodAutoscalerStatusRecommendation;
export type ContainerRecommendation =
  VerticalPodAutoscalerStatusRecommendationContainerRecommendations;

const MILLIS_PER_CORE = 1000;
const BYTES_PER_MIB = 1024 * 1024;

type Bound = "target" | "lower" | "upper";

/**
 * What is recommended for the containers of an autoscaler, sorted by name: a percentile of their use, a margin on top;
 * the bounds lie the further off, the shorter a container has been seen.
 * Source: VPA, pkg/recommender/logic (1.8).
 */
export function recommend(
  containers: ReadonlyMap<string, Aggregation>,
  policy: ResourcePolicy | undefined,
  settings: RecommenderSettings,
): Recommendation {
  const share = 1 / containers.size;
  const least: Readonly<Record<ControlledResource, number>> = {
    cpu: amountOf(amountOf(settings.podMinCpuMillis * 0.001 * MILLIS_PER_CORE) * share),
    memory: amountOf(amountOf(settings.podMinMemoryMib * BYTES_PER_MIB) * share),
  };
  const names = [...containers.keys()].sort();
  const containerRecommendations = names.map((containerName): ContainerRecommendation => {
    const aggregation = containers.get(containerName)!;
    const controlled = controlledResources(containerName, policy);
    const list = (bound: Bound) => {
      const amounts: Record<string, string> = {};
      for (const resource of controlled) {
        const amount = estimate(aggregation, resource, bound, settings);
        amounts[resource] = quantityText(resource, Math.max(amount, least[resource]), settings);
      }
      return amounts;
    };
    const target = list("target");
    return {
      containerName,
      target,
      lowerBound: list("lower"),
      upperBound: list("upper"),
      uncappedTarget: target,
    };
  });
  return { containerRecommendations };
}

function controlledResources(
  name: string,
  policy: ResourcePolicy | undefined,
): readonly ControlledResource[] {
  const controlled = containerPolicy(name, policy)?.controlledResources;
  if (controlled === undefined || controlled === null) return CONTROLLED_RESOURCES;
  return CONTROLLED_RESOURCES.filter((resource) => controlled.includes(resource));
}

function estimate(
  aggregation: Aggregation,
  resource: ControlledResource,
  bound: Bound,
  settings: RecommenderSettings,
): number {
  const isCpu = resource === "cpu";
  const percentiles = isCpu ? settings.cpuPercentiles : settings.memoryPercentiles;
  const used = aggregation[resource].percentile(percentiles[bound]);
  const base = amountOf(isCpu ? used * MILLIS_PER_CORE : used);
  const amount = base + amountOf(base * settings.marginFraction);
  if (bound === "target") return amount;
  const interval = isCpu
    ? settings.cpuConfidenceIntervalMicros
    : settings.memoryConfidenceIntervalMicros;
  const confidence = confidenceOf(aggregation, interval);
  if (bound === "upper") return amountOf(amount * (1 + 1 / confidence));
  const doubt = 1 + 0.001 / confidence;
  return amountOf(amount / (doubt * doubt));
}

/** Days of samples, if the interval is a day: by the time that they span, or by their number if that is less. */
function confidenceOf(
  { firstSampleMicros, lastSampleMicros, sampleCount }: Aggregation,
  intervalMicros: number,
): number {
  if (sampleCount === 0) return 0;
  const span = (lastSampleMicros - firstSampleMicros) / intervalMicros;
  return Math.min(span, sampleCount / (intervalMicros / MICROS_PER_MINUTE));
}
