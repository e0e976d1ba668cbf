import type { Labels } from "../../../src/api/kubernetes.js";
import type { PodVersion } from "../../../src/api/pod-version.js";
import { mustParseQuantity, numberOf, parseQuantity, Quantity } from "../../../src/api/quantity.js";
import type { ScaledJobSpec, ScaledObjectSpec } from "../../../src/api/schemas/types.js";
import { parseTimestamp } from "../../../src/api/timestamp.js";
import { secondsToMicros } from "../../../src/base/time.js";
import { activation } from "../../../src/control/keda/activation.js";
import {
  AutoscalerFlaw,
  autoscalerOf,
  type ExternalMetric,
} from "../../../src/control/keda/autoscaler-of.js";
import type { KedaConditions } from "../../../src/control/keda/conditions.js";
import {
  isFallingBack,
  type MetricHealth,
  withFallback,
} from "../../../src/control/keda/fallback.js";
import {
  boundsOf,
  jobDemand,
  scalerMetrics,
} from "../../../src/control/keda/scaled-job-metrics.js";
import { jobRequest } from "../../../src/control/keda/scaled-job-request.js";
import { jobScale } from "../../../src/control/keda/scaling-strategy.js";
import type { Area } from "../controllers/suite.js";
import { type Json, near } from "./near.js";

/** Second 0 of the cases. */
const ZERO_MS = Date.UTC(2000, 0, 1);

type Suite = Area[string];

const suite =
  <Given>(outcome: (given: Given) => Readonly<Record<string, unknown>>): Suite =>
  (given, expect) =>
    near(canonical(expect), canonical(outcome(given as Given)), "");

/** The same with every quantity in its canonical form. */
function canonical(value: unknown): Json {
  const text = JSON.stringify(value, (key, field: unknown) => {
    const isQuantity = key === "averageValue" || key === "value";
    const quantity = isQuantity && typeof field === "string" ? parseQuantity(field) : null;
    return quantity instanceof Quantity ? quantity.toString() : field;
  });
  return JSON.parse(text) as Json;
}

interface ScaledObjectGiven {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly creationTimestamp?: string;
  };
  readonly spec: ScaledObjectSpec;
  readonly status?: { readonly lastActiveTime?: string };
}

function shown(conditions: KedaConditions): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(conditions).map(([type, { status, reason }]) => [type, `${status}:${reason}`]),
  );
}

const millis = (value: string | number) => Number(mustParseQuantity(value).milliValue());

const metrics = suite<{
  readonly scaledJob: ScaledJobSpec;
  readonly scalers: readonly {
    readonly values: readonly string[];
    readonly target: string;
    readonly active: boolean;
  }[];
}>(({ scaledJob, scalers }) => {
  const bounds = boundsOf(scaledJob);
  const targets = scalers.map(({ target }) =>
    target === "" ? 0 : numberOf(mustParseQuantity(target)),
  );
  const found = scalers.map(({ values, active }, i) => {
    const numbers = values.map((value) => numberOf(mustParseQuantity(value)));
    return scalerMetrics(numbers, targets[i]!, active, bounds);
  });
  const calculation = scaledJob.scalingStrategy?.multipleScalersCalculation;
  const { isActive, ...demand } = jobDemand(found, calculation, bounds);
  return {
    ...demand,
    active: isActive,
    minReplicas: bounds.min,
    maxReplicas: bounds.max,
    scalers: found.map(({ queueLength, maxValue }, i) => {
      return { queueLength, maxValue, target: targets[i] };
    }),
  };
});

const strategy = suite<{
  readonly scaledJob: ScaledJobSpec;
  readonly running: number;
  readonly pending: number;
  readonly queueLength: number;
  readonly maxScale: number;
}>((given) => ({ ...jobScale(given.scaledJob, given, given) }));

interface JobGiven {
  readonly name: string;
  readonly finished: "" | "Complete" | "Failed";
  readonly doneAt: number | null;
  readonly pods: readonly {
    readonly phase?: PodVersion["phase"];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  }[];
}

const request = suite<{
  readonly scaledJob: ScaledJobSpec;
  readonly queueLength: number;
  readonly maxScale: number;
  readonly active: boolean;
  readonly error: boolean;
  readonly jobs: readonly JobGiven[];
}>(({ scaledJob, queueLength, maxScale, active, error, jobs }) => {
  const own = jobs.map(({ name, finished, doneAt, pods }) => ({
    name,
    finished,
    doneMicros: doneAt === null ? null : secondsToMicros(doneAt),
    pods: pods.map(({ phase = "Pending", conditions = [] }) => {
      return { phase, status: { conditions } as unknown as PodVersion["status"] };
    }),
  }));
  const demand = { isActive: active, queueLength, maxScale };
  const made = jobRequest(scaledJob, own, demand, error);
  const gone = new Set(made.remove.map(({ name }) => name));
  return {
    running: made.running,
    pending: made.pending,
    created: made.create,
    kept: own.flatMap(({ name }) => (gone.has(name) ? [] : [name])).sort(),
    conditions: shown(made.conditions),
  };
});

const autoscaler = suite<{
  readonly scaledObject: ScaledObjectGiven;
  readonly externals?: readonly ExternalMetric[];
}>(({ scaledObject, externals = [] }) => {
  const { metadata, spec } = scaledObject;
  const { name, labels = {}, annotations = {} } = metadata;
  const target = { apiVersion: "apps/v1", kind: "Deployment" };
  const made = autoscalerOf({ name, labels, annotations, spec }, externals, target);
  if (made instanceof AutoscalerFlaw) return { error: made.where };
  return {
    name: made.name,
    labels: made.labels,
    minReplicas: made.spec.minReplicas,
    maxReplicas: made.spec.maxReplicas,
    metrics: made.spec.metrics,
    behavior: made.spec.behavior ?? null,
    scaleTargetRef: made.spec.scaleTargetRef,
  };
});

const activationSuite = suite<{
  readonly scaledObject: ScaledObjectGiven;
  readonly replicas: number;
  readonly active: boolean;
  readonly error: boolean;
  readonly at: number;
}>(({ scaledObject, replicas, active, error, at }) => {
  const { metadata, spec, status = {} } = scaledObject;
  const result = activation({
    spec,
    annotations: metadata.annotations ?? {},
    createdMicros: parseTimestamp(metadata.creationTimestamp, ZERO_MS) ?? 0,
    lastActiveMicros: parseTimestamp(status.lastActiveTime, ZERO_MS),
    replicas,
    isActive: active,
    isError: error,
    nowMicros: secondsToMicros(at),
  });
  return {
    replicas: result.write ?? replicas,
    written: result.write !== null,
    lastActiveTimeSet: result.isActivity,
    conditions: shown(result.conditions),
  };
});

const fallback = suite<{
  readonly scaledObject: ScaledObjectGiven;
  readonly replicas: number;
  readonly readyPods: number;
  readonly metricType: string;
  readonly target: string;
  readonly steps: readonly { readonly ok: boolean; readonly value: string }[];
}>(({ scaledObject, replicas, readyPods, metricType: type, target, steps }) => {
  const { spec } = scaledObject;
  let health: MetricHealth | undefined;
  const outcomes = steps.map(({ ok, value }) => {
    const answer = withFallback(spec, {
      metricName: "s0-m",
      target: type === "AverageValue" ? { type, averageValue: target } : { type, value: target },
      valueMillis: ok ? millis(value) : null,
      health,
      replicas,
      readyPods,
    });
    health = answer.health ?? undefined;
    const { metric } = answer;
    const condition = isFallingBack(spec, health === undefined ? [] : [health]) ? "True" : "False";
    return {
      fallback: answer.isFallback,
      error: metric === null,
      metric: metric?.name,
      value: metric && Quantity.of(metric.valueMillis, "DecimalSI", -3).toString(),
      health: health?.status,
      failures: health?.numberOfFailures,
      condition: health === undefined ? undefined : condition,
    };
  });
  return { steps: outcomes };
});

export const kedaArea: Area = {
  "scaledjob.metrics": metrics,
  "scaledjob.strategy": strategy,
  "scaledjob.request": request,
  "scaledobject.hpa": autoscaler,
  activation: activationSuite,
  fallback,
};
