import { z } from "zod";
import { mustParseQuantity } from "../../api/quantity.js";
import type { KarpenterSettings } from "../../autoscaling/karpenter/controller/karpenter-options.js";
import type { InstanceTypeEntry } from "../../autoscaling/karpenter/instance-type.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import { durationDistribution } from "./distribution.js";
import { described } from "./leaf.js";
import {
  count,
  flag,
  kubernetesLabels,
  labelValue,
  number,
  positiveDuration,
  resourceList,
  word,
} from "./scalars.js";

/** Karpenter, the cloud that it asks for machines, and how it is set. */
export interface KarpenterSection {
  readonly instanceTypes: readonly InstanceTypeEntry[];
  /** In microseconds. */
  readonly provisioning: {
    readonly registration: DistributionSpec;
    readonly readiness: DistributionSpec;
    readonly removal: DistributionSpec;
  };
  readonly settings: KarpenterSettings;
  /** In microseconds; null: for ever. */
  readonly spotLifetime: DistributionSpec | null;
}

const SECOND = 1_000_000;
const constant = (seconds: number): DistributionSpec => ({
  type: "constant",
  value: seconds * SECOND,
});

const offering = z.strictObject({
  zone: described(labelValue, "Becomes `topology.kubernetes.io/zone`."),
  capacityType: described(
    word("on-demand", "spot", "reserved"),
    "Becomes `karpenter.sh/capacity-type`.",
  ),
  price: described(number({ min: 0 }), "Dollars an hour."),
  available: described(flag.optional(), "False: the cloud has run out of it.", { default: true }),
  reservationID: described(labelValue.optional(), "Of a reserved one: which reservation it is of."),
  reservationCapacity: described(count.optional(), "How many nodes that has room for."),
});

/** Without these no machine runs anything. */
const NEEDED_CAPACITY = ["cpu", "memory"] as const;

const instanceType = z
  .strictObject({
    name: described(labelValue, "Becomes `node.kubernetes.io/instance-type`."),
    arch: described(labelValue.optional(), "Becomes `kubernetes.io/arch`.", { default: "amd64" }),
    os: described(z.array(labelValue).min(1).optional(), "What can run on it.", {
      default: "[linux]",
    }),
    capacity: described(resourceList, "Of a node. `pods` is 110 where it is left out."),
    overhead: described(resourceList.optional(), "Allocatable is capacity less this."),
    labels: described(kubernetesLabels.optional(), "Of a node."),
    volumeAttachmentLimits: described(
      z.record(z.string(), count).optional(),
      "How many volumes a node takes, by CSI driver.",
    ),
    offerings: described(
      z.array(offering).min(1, "expected at least one offering"),
      "Where and how it can be had.",
    ),
  })
  .superRefine(({ capacity, overhead = {} }, context) => {
    for (const resource of NEEDED_CAPACITY) {
      const [whole, taken] = [capacity[resource] ?? "0", overhead[resource] ?? "0"];
      if (mustParseQuantity(whole).compare(mustParseQuantity(taken)) > 0) continue;
      const message =
        taken === "0"
          ? `a machine without ${resource} runs nothing: expected more than 0`
          : `the overhead of ${taken} leaves nothing of it: expected more`;
      context.addIssue({ code: "custom", message, path: ["capacity", resource], input: whole });
    }
  })
  .transform(
    ({ arch = "amd64", os = ["linux"], ...type }): InstanceTypeEntry =>
      ({ ...type, arch, os }) as InstanceTypeEntry,
  );

const provisioning = z.strictObject({
  registration: described(
    durationDistribution.optional(),
    "From the launch of a machine until its kubelet registers its Node.",
    { default: "30s", source: "assumed" },
  ),
  readiness: described(durationDistribution.optional(), "From there until the Node is Ready.", {
    default: "10s",
    source: "assumed",
  }),
  removal: described(
    durationDistribution.optional(),
    "From the request to take a machine away until its Node is gone.",
    { default: "30s", source: "assumed" },
  ),
});

export const karpenter = z
  .strictObject({
    instanceTypes: described(
      z.array(instanceType).min(1, "expected at least one instance type"),
      "What the cloud offers; all NodePools see the same.",
    ),
    provisioning: described(provisioning.optional(), "How long the cloud takes."),
    batchIdleDuration: described(
      positiveDuration.optional(),
      "A batch of pods ends when none has come for so long.",
      { default: "1s", source: "upstream" },
    ),
    batchMaxDuration: described(
      positiveDuration.optional(),
      "And at the latest so long after its first pod.",
      { default: "10s", source: "upstream" },
    ),
    preferencePolicy: described(
      word("Respect", "Ignore").optional(),
      "Ignore: what pods only prefer makes no node.",
      { default: "Respect", source: "upstream" },
    ),
    minValuesPolicy: described(
      word("Strict", "BestEffort").optional(),
      "BestEffort: a minimum of values that cannot be met is lowered.",
      { default: "Strict", source: "upstream" },
    ),
    reservedCapacity: described(flag.optional(), "The gate ReservedCapacity.", {
      default: true,
      source: "upstream",
    }),
    spotToSpotConsolidation: described(
      flag.optional(),
      "The gate SpotToSpotConsolidation: spot nodes are replaced by cheaper spot nodes.",
      { default: false, source: "upstream" },
    ),
    podDeletionCostManagement: described(
      flag.optional(),
      "The gate PodDeletionCostManagement: `controller.kubernetes.io/pod-deletion-cost` of pods does not count.",
      { default: false, source: "upstream" },
    ),
    spotLifetime: described(
      durationDistribution.optional(),
      "From the launch of a spot machine until the cloud gives notice that it wants it back: two minutes later it is gone. Without it spot machines stay.",
    ),
  })
  .superRefine(({ instanceTypes }, context) => {
    const seen = new Set<string>();
    for (const [i, { name }] of instanceTypes.entries()) {
      const message = `the instance type ${name} is there twice`;
      const path = ["instanceTypes", i, "name"];
      if (seen.has(name)) context.addIssue({ code: "custom", message, path, input: name });
      seen.add(name);
    }
  })
  .transform(
    ({ instanceTypes, provisioning: delays = {}, ...given }): KarpenterSection => ({
      instanceTypes,
      provisioning: {
        registration: delays.registration ?? constant(30),
        readiness: delays.readiness ?? constant(10),
        removal: delays.removal ?? constant(30),
      },
      settings: {
        batchIdleMicros: given.batchIdleDuration ?? SECOND,
        batchMaxMicros: given.batchMaxDuration ?? 10 * SECOND,
        preferencePolicy: given.preferencePolicy ?? "Respect",
        minValuesPolicy: given.minValuesPolicy ?? "Strict",
        reservedCapacity: given.reservedCapacity ?? true,
        spotToSpot: given.spotToSpotConsolidation ?? false,
        podDeletionCostManagement: given.podDeletionCostManagement ?? false,
      },
      spotLifetime: given.spotLifetime ?? null,
    }),
  );
