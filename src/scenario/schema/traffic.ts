import { z } from "zod";
import { MICROS_PER_SECOND } from "../../base/time.js";
import type { CallsSpec, PolicySpec } from "../../traffic/cluster/traffic-spec.js";
import { NO_RETRY } from "../../traffic/loop/call-policy.js";
import type { RequestShape } from "../../traffic/routes/request-shape.js";
import type { Parsed } from "../units.js";
import { durationDistribution } from "./distribution.js";
import { described, leaf } from "./leaf.js";
import {
  dnsLabel,
  duration,
  filePath,
  labels,
  number,
  positiveCount,
  positiveDuration,
  rate as positiveRate,
  target,
  text,
  word,
} from "./scalars.js";
import type { RateSeries, RateSpec, Traffic, TrafficArrivals } from "./scenario.js";
import { TIME_UNITS } from "./time-units.js";

const points = z
  .array(z.strictObject({ at: duration, rate: described(ratePerSecond(), "From then on.") }))
  .min(1)
  .transform((list) =>
    list.map(({ at, rate }) => ({ seconds: at / MICROS_PER_SECOND, perSecond: rate })),
  );

const timeColumn = z.union([
  text.transform((from) => ({ from, unit: "s" as const })),
  z.strictObject({ from: text, unit: word("s", "ms", "us", "min", "h", "d") }),
]);

const seriesKeys = {
  path: described(
    filePath,
    "A CSV file with a header line, or the answer of a Prometheus `query_range` (JSON).",
  ),
  time: described(
    timeColumn.optional(),
    "The column of times: numbers in the unit (default `s`) from the start of the run, or dates (UTC where they have no zone), which are placed by `startTime`.",
  ),
  every: described(positiveDuration.optional(), "The step of rows that have no times, from 0."),
  value: described(text.optional(), "The column of values.", { default: "value" }),
  row: described(
    text.optional(),
    "Of a file without a header, each line of which is a series: the one whose first field this is. Its values follow at `every`.",
  ),
  labels: described(
    labels.optional(),
    "Of a Prometheus answer: the series with all of these labels; several are added up.",
  ),
  gaps: described(
    word("hold", "linear", "refuse").optional(),
    "What holds where values are missing: the one before, a straight line, or nothing.",
    { default: "refuse" },
  ),
  scale: described(number({ min: 0 }).optional(), "Multiplies the values.", { default: 1 }),
};

export const series = z
  .strictObject({
    ...seriesKeys,
    per: described(
      positiveDuration.optional(),
      "How long the requests of a value take to come: `1m` where it counts those of a minute.",
      { default: "1s" },
    ),
  })
  .superRefine(rowsNeedStep);

/** What containers use, from a file. */
export const usageSeries = z
  .strictObject({
    ...seriesKeys,
    rows: described(
      word("byPod").optional(),
      "As `row`, but each pod of a workload has a line of its own: the first pod the first, and so on, from the first line again behind the last.",
    ),
  })
  .superRefine((given, context) => {
    rowsNeedStep(given, context);
    if (given.row === undefined || given.rows === undefined) return;
    const message = "expected either `row` or `rows`";
    context.addIssue({ code: "custom", message, path: ["rows"], input: given.rows });
  });

function rowsNeedStep(
  given: { readonly row?: unknown; readonly rows?: unknown } & Record<string, unknown>,
  context: z.RefinementCtx,
): void {
  const key = ["row", "rows"].find((one) => given[one] !== undefined);
  if (key === undefined) return;
  const wrong = (message: string, path: string) =>
    context.addIssue({ code: "custom", message, path: [path], input: given[path] });
  if (given["every"] === undefined) wrong("needs `every`: lines have no times", key);
  for (const other of ["time", "value", "labels"]) {
    if (given[other] !== undefined) wrong(`has no meaning with \`${key}\``, other);
  }
}

const rateForms = z
  .strictObject({
    constant: described(ratePerSecond().optional(), "The same all the time, such as `120/s`."),
    steps: described(points.optional(), "Each rate holds until the next."),
    linear: described(points.optional(), "Straight lines between the points."),
    expression: described(
      text.optional(),
      "Requests a second as arithmetic of `t`, the seconds since the start: numbers, `pi`, `e`, + - * / ^ %, comparisons, `a ? b : c`, and abs, ceil, cos, exp, floor, log, max, min, mod, pow, round, sign, sin, sqrt, tan.",
    ),
    series: described(series.optional(), "From a file."),
  })
  .transform((given, context): RateSpec => {
    const ways = Object.entries(given).filter(([, way]) => way !== undefined);
    if (ways.length !== 1) {
      const message = "expected exactly one of constant, steps, linear, expression, series";
      context.addIssue({ code: "custom", message, input: given });
      return z.NEVER;
    }
    const { constant, steps, linear, expression, series: file } = given;
    if (constant !== undefined) return { type: "constant", perSecond: constant };
    if (steps !== undefined) return { type: "steps", points: steps };
    if (linear !== undefined) return { type: "linear", points: linear };
    if (expression !== undefined) return { type: "expression", text: expression };
    return seriesSpec(file!);
  });

export function seriesSpec(
  given: z.output<typeof usageSeries> & { readonly per?: number | undefined },
): RateSeries {
  const { time, every } = given;
  return {
    type: "series",
    file: given.path,
    time: time === undefined ? null : { column: time.from, micros: TIME_UNITS[time.unit] },
    everyMicros: every ?? null,
    value: given.value ?? "value",
    row: given.row ?? null,
    labels: given.labels ?? {},
    perMicros: given.per ?? MICROS_PER_SECOND,
    gaps: given.gaps ?? "refuse",
    scale: given.scale ?? 1,
  };
}

/** A rate that may be 0. */
function ratePerSecond() {
  return z.union([
    positiveRate,
    z.literal(0, { error: "expected 0" }),
    z.literal("0/s", { error: "expected 0" }).transform(() => 0),
  ]) as unknown as typeof positiveRate;
}

export const trafficRate = z.union([
  positiveRate.transform((perSecond): RateSpec => ({ type: "constant", perSecond })),
  rateForms,
]);

const arrivals = z
  .union([
    word("poisson", "deterministic").transform((type): TrafficArrivals => ({ type, phases: null })),
    z
      .strictObject({
        renewal: described(
          durationDistribution.optional(),
          "Gaps of this form, stretched to the rate.",
        ),
        mmpp: described(
          z
            .strictObject({
              factors: described(z.array(number({ min: 0 })).min(2), "Of the rate, by phase."),
              stay: described(z.array(positiveDuration).min(2), "Mean time in each phase."),
            })
            .optional(),
          "A Markov-modulated Poisson process: phases in turn, each for an exponential time.",
        ),
      })
      .transform((given, context): TrafficArrivals => {
        const { renewal, mmpp } = given;
        const wrong = (message: string) => {
          context.addIssue({ code: "custom", message, input: given });
          return z.NEVER;
        };
        if ((renewal === undefined) === (mmpp === undefined)) {
          return wrong("expected exactly one of renewal, mmpp");
        }
        if (renewal !== undefined) return { type: "renewal", gapMicros: renewal, phases: null };
        const { factors, stay } = mmpp!;
        if (factors.length !== stay.length) {
          return wrong(`has ${factors.length} factors and ${stay.length} stays: expected as many`);
        }
        if (factors.every((factor) => factor === 0)) return wrong("has no factor above 0");
        const meanStaySeconds = stay.map((micros) => micros / MICROS_PER_SECOND);
        return { type: "poisson", phases: { factors, meanStaySeconds } };
      }),
  ])
  .optional();

const timeout = z.union([
  durationDistribution.transform((afterMicros) => ({
    ...{ of: "total" as const, afterMicros, work: "continues" as const },
  })),
  z
    .strictObject({
      after: described(durationDistribution, "How long, of each attempt."),
      of: described(
        word("total", "waiting").optional(),
        "`total`: from sending on. `waiting`: as long as the request waits for its turn.",
        { default: "total" },
      ),
      work: described(
        word("continues", "cancelled").optional(),
        "What becomes of a request that nobody waits for: the pod notices nothing, or it leaves at once.",
        { default: "continues" },
      ),
    })
    .transform(({ after, of = "total", work = "continues" }) => ({
      ...{ of, afterMicros: after, work },
    })),
]);

const retry = z
  .strictObject({
    attempts: described(positiveCount, "At most, with the first."),
    base: described(duration.optional(), "The first backoff, which doubles.", { default: "100ms" }),
    cap: described(duration.optional(), "The longest backoff.", { default: "10s" }),
    jitter: described(
      word("none", "full", "equal").optional(),
      "None, uniform in all of the backoff, or in its second half.",
      { default: "full" },
    ),
  })
  .transform(({ attempts, base = 100_000, cap = 10_000_000, jitter = "full" }) => ({
    maxAttempts: attempts,
    ...{ baseSeconds: base / MICROS_PER_SECOND, capSeconds: cap / MICROS_PER_SECOND, jitter },
  }));

const policyKeys = {
  timeout: described(timeout.optional(), "When the caller gives up an attempt. Without it: never."),
  retry: described(retry.optional(), "Attempts after a failed one. Without it: none."),
};

function policyOf(given: {
  timeout?: z.output<typeof timeout> | undefined;
  retry?: z.output<typeof retry> | undefined;
}): PolicySpec {
  return { timeout: given.timeout ?? null, retry: given.retry ?? NO_RETRY };
}

/** Calls that a container makes for each request, stage by stage. */
export const calls = z.array(
  z.array(
    z
      .strictObject({
        to: described(
          target,
          "The Service; or one pod of a headless one (`shop/Service/db-0.db`).",
        ),
        times: described(positiveCount.optional(), "How many, at once.", { default: 1 }),
        ...policyKeys,
      })
      .transform((given, context): CallsSpec => {
        const { kind, namespace, name } = given.to;
        if (kind !== "Service") {
          const message = `calls go to a Service: expected ${namespace}/Service/…`;
          context.addIssue({ code: "custom", message, path: ["to"], input: given.to });
        }
        return { to: { namespace, name }, times: given.times ?? 1, policy: policyOf(given) };
      }),
  ),
);

const METHODS = [
  ...(["GET", "HEAD", "POST", "PUT", "DELETE"] as const),
  ...(["CONNECT", "OPTIONS", "TRACE", "PATCH"] as const),
];

const request = z
  .strictObject({
    host: described(text.optional(), "Without it: a host that the route has, whichever."),
    path: described(
      leaf(
        { type: "string", pattern: "^/[^?#]*$" },
        (raw): Parsed<string> =>
          typeof raw === "string" && /^\/[^?#]*$/.test(raw)
            ? { value: raw }
            : { problem: "expected a path that begins with `/`, without `?` and `#`" },
      ).optional(),
      "Its path.",
      { default: "/" },
    ),
    method: described(word(...METHODS).optional(), "Its method.", { default: "GET" }),
    headers: described(labels.optional(), "Its headers, by name."),
    query: described(labels.optional(), "The parameters of its query, by name."),
  })
  .transform(
    ({ host, path, method, headers, query }): RequestShape => ({
      host: host ?? null,
      ...{ path: path ?? "/", method: method ?? "GET" },
      ...{ headers: headers ?? {}, query: query ?? {} },
    }),
  );

export const traffic = z
  .strictObject({
    name: described(dnsLabel, "The label `traffic` of its figures, and its random draws."),
    to: described(
      target,
      "A Service; one pod of a headless one by its name (`shop/Service/db-0.db`); or an Ingress or HTTPRoute of the manifests, whose rules say to which Services the requests go, by weight, as they are at each moment.",
    ),
    request: described(
      request.optional(),
      "What the requests say, by which an Ingress or an HTTPRoute chooses its rule.",
    ),
    rate: described(trafficRate, "How many requests, such as `120/s`, or how that changes."),
    arrivals: described(
      arrivals,
      "How they come at that rate: `poisson`, `deterministic`, `renewal` or `mmpp`.",
      { default: "poisson" },
    ),
    mode: described(
      word("requests", "fluid").optional(),
      "`requests`: each is an event. `fluid`: the same pods solved for whole intervals.",
      { default: "requests" },
    ),
    routing: described(
      word("random", "roundRobin", "leastConnections").optional(),
      "How an endpoint is chosen: at random, as kube-proxy's iptables do, in turn, or the one with the fewest requests.",
      { default: "random" },
    ),
    ...policyKeys,
    objective: described(
      z
        .strictObject({
          latency: described(positiveDuration, "Requests answered later violate it."),
          quantile: described(
            number({ above: 0, max: 1 }),
            "The share that may not; the rest is the error budget.",
          ),
        })
        .optional(),
      "What users were promised.",
    ),
  })
  .transform((given): Traffic => {
    const { objective } = given;
    return {
      name: given.name,
      to: given.to,
      request: given.request ?? null,
      rate: given.rate,
      arrivals: given.arrivals ?? { type: "poisson", phases: null },
      mode: given.mode ?? "requests",
      routing: given.routing ?? "random",
      policy: policyOf(given),
      objective:
        objective === undefined
          ? null
          : { latencyMicros: objective.latency, quantile: objective.quantile },
    };
  });
