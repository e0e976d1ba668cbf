import { z } from "zod";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { described } from "./leaf.js";
import { duration, kubernetesLabels, number, text } from "./scalars.js";
import type { ExternalMetric, RateSpec } from "./scenario.js";
import { series, seriesSpec } from "./traffic.js";

const amount = number({ min: 0 });

const points = z
  .array(z.strictObject({ at: duration, value: described(amount, "From then on.") }))
  .min(1)
  .transform((list) =>
    list.map(({ at, value }) => ({ seconds: at / MICROS_PER_SECOND, perSecond: value })),
  );

const overTime = z
  .strictObject({
    steps: described(points.optional(), "Each value holds until the next."),
    linear: described(points.optional(), "Straight lines between the points."),
    expression: described(
      text.optional(),
      "Arithmetic of `t`, the seconds since the start, as a rate of traffic.",
    ),
    series: described(series.optional(), "From a file."),
  })
  .transform((given, context): RateSpec => {
    const ways = Object.values(given).filter((way) => way !== undefined);
    if (ways.length !== 1) {
      const message = "expected exactly one of steps, linear, expression, series";
      context.addIssue({ code: "custom", message, input: given });
      return z.NEVER;
    }
    const { steps, linear, expression, series: file } = given;
    if (steps !== undefined) return { type: "steps", points: steps };
    if (linear !== undefined) return { type: "linear", points: linear };
    if (expression !== undefined) return { type: "expression", text: expression };
    return seriesSpec(file!);
  });

/** A metric of external.metrics.k8s.io. */
export const externalMetric = z
  .strictObject({
    name: described(
      text,
      "As autoscalers name it; a trigger of KEDA's finds the one with its own name, or with that of its metric (`rabbitmq-orders`).",
    ),
    namespace: described(text.optional(), "Of the autoscalers that see it; without it, all."),
    labels: described(kubernetesLabels.optional(), "For the selectors of metrics."),
    value: described(
      z.union([amount.transform((value): RateSpec => constant(value)), overTime]),
      "A number, or one that changes.",
    ),
  })
  .transform(
    ({ name, namespace, labels, value }): ExternalMetric => ({
      name,
      namespace: namespace ?? null,
      labels: labels ?? {},
      value,
    }),
  );

function constant(perSecond: number): RateSpec {
  return { type: "constant", perSecond };
}
