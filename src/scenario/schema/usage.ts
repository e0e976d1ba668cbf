import { z } from "zod";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import { bytesDistribution, cpuDistribution, durationDistribution } from "./distribution.js";
import { described } from "./leaf.js";
import { cpuMillis, text, word } from "./scalars.js";
import type { UsageSpec } from "./scenario.js";
import { seriesSpec, usageSeries } from "./traffic.js";

const overTime = (unit: string) => ({
  expression: described(
    text.optional(),
    `${unit} as arithmetic of \`t\`, the seconds since the start, as a rate of traffic.`,
  ),
  series: described(
    usageSeries.optional(),
    `${unit} from a file; the first value holds before it, the last one behind it.`,
  ),
  of: described(
    word("request", "limit").optional(),
    "The expression or series tells shares of what the container requests, or of its limit.",
  ),
});

export const cpuUsage = z.union([
  cpuDistribution,
  z
    .strictObject({
      perRequest: described(
        durationDistribution.optional(),
        "CPU time that a request takes; the requests of a pod share its CPU, up to its limit.",
      ),
      idle: described(cpuMillis.optional(), "In use besides.", { default: 0 }),
      ...overTime("Cores in use"),
    })
    .superRefine((given, context) => oneWay(given, ["idle", "expression", "series"], context)),
]);

export const memoryUsage = z.union([
  bytesDistribution,
  z
    .strictObject(overTime("Bytes in use"))
    .superRefine((given, context) => oneWay(given, ["expression", "series"], context)),
]);

function oneWay(
  given: Readonly<Record<string, unknown>>,
  ways: readonly string[],
  context: z.RefinementCtx,
): void {
  const said = ways.filter((way) => given[way] !== undefined);
  if (said.length > 1) {
    const message = `expected one of ${said.join(", ")}`;
    context.addIssue({ code: "custom", message, input: given });
  }
  if (
    given["of"] !== undefined &&
    given["expression"] === undefined &&
    given["series"] === undefined
  ) {
    const message = "has a meaning with `expression` or `series` alone";
    context.addIssue({ code: "custom", message, path: ["of"], input: given["of"] });
  }
}

interface Usage {
  readonly always: DistributionSpec | null;
  readonly overTime: UsageSpec | null;
}

/** CPU apart from requests. */
export function cpuOf(given: z.output<typeof cpuUsage> | undefined): Usage {
  if (given === undefined) return { always: null, overTime: null };
  if ("type" in given) return { always: given, overTime: null };
  const overTime = overTimeOf(given);
  if (overTime !== null) return { always: null, overTime };
  return { always: { type: "constant", value: given.idle ?? 0 }, overTime: null };
}

export function memoryOf(given: z.output<typeof memoryUsage> | undefined): Usage {
  if (given === undefined) return { always: null, overTime: null };
  if ("type" in given) return { always: given, overTime: null };
  return { always: null, overTime: overTimeOf(given) };
}

function overTimeOf(given: {
  readonly expression?: string | undefined;
  readonly series?: z.output<typeof usageSeries> | undefined;
  readonly of?: "request" | "limit" | undefined;
}): UsageSpec | null {
  const { expression, series, of = "amount" } = given;
  if (expression !== undefined) {
    return { curve: { type: "expression", text: expression }, of, isByPod: false };
  }
  if (series === undefined) return null;
  return { curve: seriesSpec(series), of, isByPod: series.rows !== undefined };
}
