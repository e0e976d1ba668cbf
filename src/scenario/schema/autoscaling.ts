import { z } from "zod";
import {
  AUTOSCALER_FLAGS,
  type AutoscalerFlag,
  NODE_GROUP_FLAGS,
} from "../../autoscaling/cluster-autoscaler/flags.js";
import {
  AUTOSCALER_DEFAULTS,
  type AutoscalerOptions,
  NODE_GROUP_DEFAULTS,
  type NodeGroupOptions,
} from "../../autoscaling/cluster-autoscaler/options.js";
import {
  EXPANDERS,
  type ExpanderName,
} from "../../autoscaling/cluster-autoscaler/scale-up/expanders.js";
import { readPriorities } from "../../autoscaling/cluster-autoscaler/scale-up/priority.js";
import { DEFAULTS } from "../defaults.js";
import { formatDuration } from "../units.js";
import { durationDistribution } from "./distribution.js";
import { described } from "./leaf.js";
import {
  count,
  duration,
  flag,
  labelKey,
  nodeCount,
  number,
  positiveBytes,
  positiveCount,
  positiveDuration,
  scanInterval,
  word,
} from "./scalars.js";
import type { ClusterAutoscalerSection, PoolAutoscaling } from "./scenario.js";

const FORMS = {
  duration: () => duration,
  positiveDuration: () => positiveDuration,
  count: () => count,
  positiveCount: () => positiveCount,
  integer: () => number({ min: -2_147_483_648, max: 1_000_000_000 }),
  share: () => number({ min: 0, max: 1 }),
  percent: () => number({ min: 0, max: 100 }),
  flag: () => flag,
  keys: () => z.array(labelKey),
} as const;

/** The schema of flags, with upstream's defaults where `defaults` has them. */
function flagKeys(flags: readonly AutoscalerFlag[], defaults: object | null) {
  return Object.fromEntries(
    flags.map(({ name, form, option, meaning }) => {
      const value = (defaults as Readonly<Record<string, unknown>> | null)?.[option];
      const shown = form.endsWith("uration") ? formatDuration(Number(value)) : value;
      const extra = defaults === null ? {} : { default: shown, source: "upstream" as const };
      return [name, described(FORMS[form]().optional() as z.ZodType, meaning, extra)];
    }),
  );
}

/** What is given of the flags, as options. */
function optionsOf<Options>(
  flags: readonly AutoscalerFlag[],
  given: Readonly<Record<string, unknown>>,
): Partial<Options> {
  return Object.fromEntries(
    flags.flatMap(({ name, option }) => (given[name] === undefined ? [] : [[option, given[name]]])),
  ) as Partial<Options>;
}

/** `autoscaling` of a pool. */
export const poolAutoscaling = z
  .strictObject({
    min: described(nodeCount, "Fewer nodes than these the autoscaler does not leave."),
    max: described(nodeCount, "More nodes than these it does not ask for."),
    provisioning: described(
      durationDistribution.optional(),
      "From the request for a node until its kubelet registers it.",
      { default: "60s", source: "assumed" },
    ),
    removal: described(
      durationDistribution.optional(),
      "From the request to take a node away until its object is gone.",
      { default: 0, source: "assumed" },
    ),
    stock: described(
      nodeCount.optional(),
      "More nodes than these the cloud has not: it refuses what goes beyond, and the pool is left alone for a while.",
    ),
    ...flagKeys(NODE_GROUP_FLAGS, null),
  })
  .superRefine(({ min, max }, context) => {
    if (min <= max) return;
    const message = `is above \`max\`, ${max}: expected at most that`;
    context.addIssue({ code: "custom", message, path: ["min"], input: min });
  })
  .transform((given): PoolAutoscaling => {
    return {
      min: given.min,
      max: given.max,
      provisioningMicros: given.provisioning ?? {
        type: "constant",
        value: DEFAULTS.autoscaling.provisioningMicros,
      },
      removalMicros: given.removal ?? { type: "constant", value: 0 },
      stock: given.stock ?? null,
      options: optionsOf<NodeGroupOptions>(NODE_GROUP_FLAGS, given),
    };
  });

const { clients } = DEFAULTS;
const EXPANDER_NAMES = Object.keys(EXPANDERS) as ExpanderName[];

const totals = (value: z.ZodType<number>) =>
  z
    .strictObject({ min: value.optional(), max: value.optional() })
    .superRefine(({ min, max }, context) => {
      if (min === undefined || max === undefined || min <= max) return;
      const message = "is above `max`: expected at most that";
      context.addIssue({ code: "custom", message, path: ["min"], input: min });
    })
    .optional();

/** `controlPlane.clusterAutoscaler`. */
export const clusterAutoscaler = z
  .strictObject({
    scanInterval: described(scanInterval.optional(), "From one look at the cluster to the next.", {
      default: "10s",
      source: "upstream",
    }),
    kubeClientQps: described(
      number({ above: 0, max: 1e6 }).optional(),
      "Requests a second that it may send, over time.",
      { default: clients.clusterAutoscaler.qps, source: "upstream" },
    ),
    kubeClientBurst: described(positiveCount.optional(), "Requests that it may send at once.", {
      default: clients.clusterAutoscaler.burst,
      source: "upstream",
    }),
    expander: described(
      z.array(word(...EXPANDER_NAMES)).optional(),
      "How it chooses among pools: each expander narrows down what the one before left; the rest is chance.",
      { default: AUTOSCALER_DEFAULTS.expanders, source: "upstream" },
    ),
    priorities: described(
      z.record(z.string(), z.array(z.string())).optional(),
      "For the expander `priority`, which needs them, what its ConfigMap holds: lists of regular expressions of pool names by number, the highest first.",
    ),
    resourcePrices: described(
      z
        .strictObject({
          cpu: described(number({ min: 0 }), "Dollars of a core an hour."),
          memoryGi: described(number({ min: 0 }), "Dollars of a GiB an hour."),
        })
        .optional(),
      "For the expander `price`: what pods are worth by what they request.",
    ),
    coresTotal: described(
      totals(count),
      "Cores of all nodes: none are added beyond `max`, nor removed below `min`.",
    ),
    memoryTotal: described(totals(positiveBytes), "The same for memory."),
    ...flagKeys(AUTOSCALER_FLAGS, AUTOSCALER_DEFAULTS),
    ...flagKeys(NODE_GROUP_FLAGS, NODE_GROUP_DEFAULTS),
  })
  .superRefine(({ expander = [], priorities }, context) => {
    const wrong = (key: "expander" | "priorities", message: string, input: unknown) =>
      context.addIssue({ code: "custom", message, path: [key], input });
    const isAsked = expander.includes("priority");
    const read = priorities === undefined ? null : readPriorities(priorities);
    if (priorities === undefined) {
      const message =
        "the expander `priority` needs `priorities`, and there are none: expected them beside it";
      if (isAsked) wrong("expander", message, expander);
    } else if (read === null) {
      const message = "expected whole numbers, each with a list of regular expressions";
      wrong("priorities", message, priorities);
    } else if (!isAsked) {
      const message = "nobody reads them: expected `priority` among the names under `expander`";
      wrong("priorities", message, priorities);
    } else if ([...read.values()].every((patterns) => patterns.length === 0)) {
      const message = "there is no pool's pattern in it: expected at least one, such as 10: [.*]";
      wrong("priorities", message, priorities);
    }
  })
  .transform((given): ClusterAutoscalerSection => {
    const { cores, memoryBytes } = AUTOSCALER_DEFAULTS;
    const within = (
      limits: { min?: number | undefined; max?: number | undefined } | undefined,
      defaults: AutoscalerOptions["cores"],
    ) => ({ min: limits?.min ?? defaults.min, max: limits?.max ?? defaults.max });
    return {
      client: {
        qps: given.kubeClientQps ?? clients.clusterAutoscaler.qps,
        burst: given.kubeClientBurst ?? clients.clusterAutoscaler.burst,
      },
      scanIntervalMicros: given.scanInterval ?? DEFAULTS.autoscaling.scanIntervalMicros,
      options: {
        ...AUTOSCALER_DEFAULTS,
        ...optionsOf<AutoscalerOptions>(AUTOSCALER_FLAGS, given),
        ...optionsOf<AutoscalerOptions>(
          NODE_GROUP_FLAGS.filter(({ option }) => option === "scaleDownUnneededMicros"),
          given,
        ),
        expanders: given.expander ?? AUTOSCALER_DEFAULTS.expanders,
        cores: within(given.coresTotal, cores),
        memoryBytes: within(given.memoryTotal, memoryBytes),
      },
      nodeGroupOptions: {
        ...NODE_GROUP_DEFAULTS,
        ...optionsOf<NodeGroupOptions>(NODE_GROUP_FLAGS, given),
      },
      priorities: given.priorities ?? null,
      resourcePrices:
        given.resourcePrices === undefined
          ? null
          : { core: given.resourcePrices.cpu, gib: given.resourcePrices.memoryGi },
    };
  });
