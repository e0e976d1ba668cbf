import type { Labels } from "../../api/kubernetes.js";
import { mustParseQuantity } from "../../api/quantity.js";
import type { Recommendation } from "./recommendation.js";

const PREFIX = "vpa-post-processor.kubernetes.io/";
const SUFFIX = "_integerCPU";

/** Rounds the CPU of containers up to whole cores where an annotation of the autoscaler asks for it. */
export function withIntegerCpu(
  recommendation: Recommendation,
  annotations: Labels,
): Recommendation {
  const { containerRecommendations = [] } = recommendation;
  return {
    containerRecommendations: containerRecommendations.map((container) => {
      if (annotations[`${PREFIX}${container.containerName}${SUFFIX}`] !== "true") return container;
      const { target, lowerBound, upperBound, uncappedTarget } = container;
      return {
        ...container,
        target: rounded(target),
        ...(lowerBound != null && { lowerBound: rounded(lowerBound) }),
        ...(upperBound != null && { upperBound: rounded(upperBound) }),
        ...(uncappedTarget != null && { uncappedTarget: rounded(uncappedTarget) }),
      };
    }),
  };
}

function rounded(list: Readonly<Record<string, string>>): Record<string, string> {
  const { cpu } = list;
  if (cpu === undefined) return list;
  return { ...list, cpu: mustParseQuantity(cpu).roundUp(0).quantity.toString() };
}
