import { z } from "zod";
import { ALL_KINDS, KINDS } from "../../api/kinds.js";
import type { Manifest } from "../../api/kubernetes.js";
import { bytesDistribution, cpuDistribution, durationDistribution } from "./distribution.js";
import { described, leaf } from "./leaf.js";
import { resourceNameProblem } from "./names.js";
import { dnsLabel, duration, positiveCount, positiveDuration, rate } from "./scalars.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { Arrivals, Generator, Variation } from "./scenario.js";
import type { Parsed } from "../units.js";
import { flawsOf } from "./zod-issues.js";

/** Kinds that are pods or make some. */
const TEMPLATE_KINDS = ALL_KINDS.filter((kind) => KINDS[kind].podSpecPath !== undefined);

const arrivals = z
  .strictObject({
    poisson: described(z.strictObject({ rate }).optional(), "Independent arrivals at this rate."),
    at: described(z.array(duration).optional(), "At these times."),
    every: described(positiveDuration.optional(), "At regular times, from `from`."),
    renewal: described(durationDistribution.optional(), "Gaps between arrivals."),
  })
  .transform((given, context): Arrivals => {
    const { poisson, at, every, renewal } = given;
    if ([poisson, at, every, renewal].filter((way) => way !== undefined).length !== 1) {
      const message = "expected exactly one of poisson, at, every, renewal";
      context.addIssue({ code: "custom", message, input: given });
      return z.NEVER;
    }
    if (poisson !== undefined) return { type: "poisson", ratePerSecond: poisson.rate };
    if (at !== undefined) return { type: "at", timesMicros: at.toSorted((a, b) => a - b) };
    if (every !== undefined) return { type: "every", everyMicros: every };
    return { type: "renewal", gapMicros: renewal! };
  });

function parseTemplate(raw: unknown): Parsed<Manifest> {
  const expected = `expected a workload object with \`kind\` (${TEMPLATE_KINDS.join(", ")}) and \`spec\``;
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return { problem: expected };
  const { kind, spec } = raw as Record<string, unknown>;
  const known = TEMPLATE_KINDS.find((name) => name === kind);
  if (known === undefined) return { problem: expected };
  if (typeof spec !== "object" || spec === null) return { problem: expected };
  const metadata = (raw as Partial<Manifest>).metadata ?? {};
  if (typeof metadata !== "object" || Array.isArray(metadata)) return { problem: expected };
  const { apiVersion } = KINDS[known];
  return { value: { apiVersion, ...raw, kind: known, metadata } as Manifest };
}

const template = leaf(
  {
    type: "object",
    required: ["kind", "spec"],
    properties: { kind: { enum: [...TEMPLATE_KINDS] } },
  },
  parseTemplate,
);

const VARIED_TIMES = ["run", "start", "stop"] as const;
const resourceKey = /^(requests|limits)\.(.+)$/;

/** How the values of a varied key are read; undefined for a key that cannot be varied. */
function variedSchema(key: string): z.ZodType<DistributionSpec> | undefined {
  if (VARIED_TIMES.some((time) => time === key)) return durationDistribution;
  if (key === "cpu") return cpuDistribution;
  if (key === "memory") return bytesDistribution;
  const match = resourceKey.exec(key);
  if (match === null) return undefined;
  return match[2] === "cpu" ? cpuDistribution : bytesDistribution;
}

const vary = z
  .record(z.string(), z.unknown())
  .meta({
    propertyNames: { pattern: "^(requests\\..+|limits\\..+|run|start|stop|cpu|memory)$" },
    additionalProperties: {
      anyOf: ["durationDistribution", "cpuDistribution", "bytesDistribution"]
        .map((id): object => ({ $ref: `#/$defs/${id}` }))
        .concat([{ type: ["string", "number"] }]),
    },
  })
  .transform((given, context): readonly Variation[] => {
    const variations: Variation[] = [];
    for (const [key, raw] of Object.entries(given)) {
      const schema = variedSchema(key);
      if (schema === undefined) {
        const message =
          "expected requests.<resource>, limits.<resource>, run, start, stop, cpu or memory";
        context.addIssue({ code: "custom", message, path: [key], input: key });
        continue;
      }
      const resource = resourceKey.exec(key)?.[2];
      const unknown = resource === undefined ? null : resourceNameProblem(resource);
      if (unknown !== null) {
        context.addIssue({ code: "custom", message: unknown, path: [key], input: key });
        continue;
      }
      const parsed = schema.safeParse(raw);
      if (!parsed.success) {
        for (const { path, message } of flawsOf(parsed.error.issues, () => [])) {
          context.addIssue({ code: "custom", message, path: [key, ...path], input: raw });
        }
        continue;
      }
      const match = resourceKey.exec(key);
      const distribution = parsed.data;
      variations.push(
        match === null
          ? { field: key as "run" | "start" | "stop" | "cpu" | "memory", distribution }
          : { field: match[1] as "requests" | "limits", resource: match[2]!, distribution },
      );
    }
    return variations;
  });

export const generator = z
  .strictObject({
    name: described(dnsLabel, "Objects are called `<name>-<n>`; draws are keyed by it."),
    arrivals: described(arrivals, "When objects are created."),
    count: described(positiveCount.optional(), "How many objects, at most."),
    from: described(duration.optional(), "No arrivals before.", { default: "0s" }),
    until: described(duration.optional(), "No arrivals from here on."),
    template: described(template, "The object that is created: a Pod, or a workload object."),
    vary: described(
      vary.optional(),
      "What differs from object to object: `requests.<resource>` and `limits.<resource>` of the first container, or `run`, `start`, `stop`, `cpu`, `memory` as in behavior.",
    ),
  })
  .transform((given, context): Generator => {
    if (given.until !== undefined && given.until <= (given.from ?? 0)) {
      const message = "`until` must be later than `from`";
      context.addIssue({ code: "custom", message, path: ["until"], input: given });
    }
    return {
      name: given.name,
      arrivals: given.arrivals,
      count: given.count ?? null,
      fromMicros: given.from ?? 0,
      untilMicros: given.until ?? null,
      template: given.template,
      vary: given.vary ?? [],
    };
  });
