import { z } from "zod";
import { DEFAULTS } from "../defaults.js";
import { evictionKeys, evictionOf, evictionProblems } from "./eviction.js";
import { described, refused } from "./leaf.js";
import { shutdownKeys, shutdownOf, shutdownProblems } from "./node-shutdown.js";
import { duration, flag, integer, positiveCount, positiveDuration } from "./scalars.js";
import type { ControlPlane } from "./scenario.js";

export const watchLatency = described(
  duration.optional(),
  "Commit until the component's watches deliver, instead of `latency.watch`.",
);

const keys = z.strictObject({
  watchLatency,
  nodeStatusUpdateFrequency: described(
    positiveDuration.optional(),
    "How often a node's status is computed.",
    { default: "10s", source: "upstream" },
  ),
  serializeImagePulls: described(flag.optional(), "One image at a time on a node.", {
    default: true,
    source: "upstream",
  }),
  housekeepingInterval: described(
    positiveDuration.optional(),
    "How often a node reads the usage of each container, from its start on; scrapes get what was read last.",
    { default: "10s", source: "upstream" },
  ),
  imageGCHighThresholdPercent: described(
    integer(0, 100, "a percentage").optional(),
    "From so full of images on, a node's disk loses those that nothing uses.",
    { default: DEFAULTS.kubelet.imageGc.highThresholdPercent, source: "upstream" },
  ),
  imageGCLowThresholdPercent: described(
    integer(0, 100, "a percentage").optional(),
    "Until it is no fuller than that.",
    { default: DEFAULTS.kubelet.imageGc.lowThresholdPercent, source: "upstream" },
  ),
  imageMinimumGCAge: described(duration.optional(), "An image that is younger stays.", {
    default: "2m",
    source: "upstream",
  }),
  maxParallelImagePulls: described(
    positiveCount.optional(),
    "Images at once where they are not serialized; without it, no bound.",
  ),
  ...evictionKeys,
  ...shutdownKeys,
  ...refused({
    nodeStatusReportFrequency: "reporting an unchanged node status",
    kubeAPIQPS: "a rate limit of each kubelet",
    kubeAPIBurst: "a rate limit of each kubelet",
    nodeLeaseDurationSeconds: "node leases",
  }),
});

/** The configuration of every kubelet. */
export const kubelet = keys.superRefine((given, context) => {
  for (const [path, message] of [...evictionProblems(given), ...shutdownProblems(given)]) {
    context.addIssue({ code: "custom", message, path: [...path], input: given });
  }
});

interface GivenImageGc {
  readonly imageGCHighThresholdPercent?: number | undefined;
  readonly imageGCLowThresholdPercent?: number | undefined;
  readonly imageMinimumGCAge?: number | undefined;
}

function imageGcOf(given: GivenImageGc): ControlPlane["kubelet"]["imageGc"] {
  const { imageGc } = DEFAULTS.kubelet;
  const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = given;
  return {
    highThresholdPercent: high ?? imageGc.highThresholdPercent,
    lowThresholdPercent: low ?? Math.min(imageGc.lowThresholdPercent, high ?? 100),
    minAgeMicros: given.imageMinimumGCAge ?? imageGc.minAgeMicros,
  };
}

export function kubeletOf(
  given: Partial<z.output<typeof keys>>,
  watchMicros: number,
): ControlPlane["kubelet"] {
  const { kubelet: defaults } = DEFAULTS;
  return {
    watchLatencyMicros: given.watchLatency ?? watchMicros,
    nodeStatusUpdateFrequencyMicros:
      given.nodeStatusUpdateFrequency ?? defaults.nodeStatusUpdateFrequencyMicros,
    serializeImagePulls: given.serializeImagePulls ?? defaults.serializeImagePulls,
    maxParallelImagePulls: given.maxParallelImagePulls ?? null,
    imageGc: imageGcOf(given),
    housekeepingIntervalMicros: given.housekeepingInterval ?? defaults.housekeepingIntervalMicros,
    eviction: evictionOf(given),
    shutdownGracePeriods: shutdownOf(given),
  };
}
