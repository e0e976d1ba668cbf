import { z } from "zod";
import { MICROS_PER_SECOND } from "../../base/time.js";
import { described } from "./leaf.js";
import {
  duration,
  kubernetesLabels,
  number,
  positiveDuration,
  target,
  text,
  word,
} from "./scalars.js";
import type { CustomMetric, RateSpec, ServedMetric, TrafficFigure } from "./scenario.js";
import { series, seriesSpec } from "./traffic.js";

const amount = number({ min: 0 });

const points = z
  .array(z.strictObject({ at: duration, value: described(amount, "From then on.") }))
  .min(1)
  .transform((list) =>
    list.map(({ at, value }) => ({ seconds: at / MICROS_PER_SECOND, perSecond: value })),
  );

const MAX_WINDOW_MICROS = 5 * 60 * MICROS_PER_SECOND;

const ofTraffic = z
  .strictObject({
    of: described(
      word("requestsPerSecond", "queueLength", "inFlight"),
      "Requests that come to a Service (that a pod has done) a second over the window; those that wait; or all that are there.",
    ),
    to: described(
      target.optional(),
      "The Service. Without it: the pod or the Service that the metric is of.",
    ),
    window: described(positiveDuration.optional(), "At most 5m.", { default: "1m" }),
  })
  .transform(({ of, to, window = 60 * MICROS_PER_SECOND }, context): TrafficFigure => {
    const wrong = (path: string, message: string, input: unknown) =>
      context.addIssue({ code: "custom", message, path: [path], input });
    if (to !== undefined && to.kind !== "Service") wrong("to", "expected a Service", to);
    if (window > MAX_WINDOW_MICROS) wrong("window", "expected at most 5m", window);
    return { type: "traffic", of, to: to ?? null, windowMicros: window };
  });

const overTime = z
  .strictObject({
    steps: described(points.optional(), "Each value holds until the next."),
    linear: described(points.optional(), "Straight lines between the points."),
    expression: described(
      text.optional(),
      "Arithmetic of `t`, the seconds since the start, as a rate of traffic.",
    ),
    series: described(series.optional(), "From a file."),
    traffic: described(
      ofTraffic.optional(),
      "What the requests of the scenario's traffic make it.",
    ),
  })
  .transform((given, context): RateSpec | TrafficFigure => {
    const ways = Object.values(given).filter((way) => way !== undefined);
    if (ways.length !== 1) {
      const message = "expected exactly one of steps, linear, expression, series, traffic";
      context.addIssue({ code: "custom", message, input: given });
      return z.NEVER;
    }
    const { steps, linear, expression, series: file, traffic } = given;
    if (traffic !== undefined) return traffic;
    if (steps !== undefined) return { type: "steps", points: steps };
    if (linear !== undefined) return { type: "linear", points: linear };
    if (expression !== undefined) return { type: "expression", text: expression };
    return seriesSpec(file!);
  });

const keys = {
  namespace: described(text.optional(), "Of the autoscalers that see it; without it, all."),
  labels: described(kubernetesLabels.optional(), "For the selectors of metrics."),
  value: described(
    z.union([amount.transform((value): RateSpec => constant(value)), overTime]),
    "A number, or one that changes.",
  ),
};

/** A metric of external.metrics.k8s.io. */
export const externalMetric = z
  .strictObject({
    name: described(
      text,
      "As autoscalers name it; a trigger of KEDA's finds the one with its own name, or with that of its metric (`rabbitmq-orders`).",
    ),
    ...keys,
  })
  .transform((given, context): ServedMetric => {
    const metric = served(given);
    if (metric.value.type === "traffic" && metric.value.to === null) {
      const message = "expected the Service whose requests are meant";
      context.addIssue({ code: "custom", message, path: ["value", "traffic", "to"] });
    }
    return metric;
  });

/** A metric of custom.metrics.k8s.io. */
export const customMetric = z
  .strictObject({
    name: described(text, "As autoscalers name it."),
    pods: described(
      z
        .strictObject({
          labels: described(kubernetesLabels.optional(), "All of them must be on the pod."),
        })
        .optional(),
      "Pods that have it, each with a value of its own: `{}` for all.",
    ),
    object: described(target.optional(), "The object that has it, such as shop/Ingress/front."),
    ...keys,
  })
  .transform((given, context): CustomMetric => {
    const wrong = (path: readonly string[], message: string) => {
      context.addIssue({ code: "custom", message, path: [...path], input: given });
      return z.NEVER;
    };
    const { pods, object } = given;
    if ((pods === undefined) === (object === undefined)) {
      return wrong([], "expected exactly one of pods, object");
    }
    const metric = served(given);
    const { value } = metric;
    if (pods !== undefined) return { ...metric, of: { type: "pods", labels: pods.labels ?? {} } };
    if (value.type === "traffic" && value.to === null && object!.kind !== "Service") {
      return wrong(["value", "traffic", "to"], "expected the Service whose requests are meant");
    }
    return { ...metric, of: { type: "object", target: object! } };
  });

function served(given: {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: RateSpec | TrafficFigure;
}): ServedMetric {
  const { name, namespace = null, labels = {}, value } = given;
  return { name, namespace, labels, value };
}

function constant(perSecond: number): RateSpec {
  return { type: "constant", perSecond };
}
