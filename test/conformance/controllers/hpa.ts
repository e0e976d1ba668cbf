import { defaultAutoscaler } from "../../../src/api/defaults/policy.js";
import { featuresOf } from "../../../src/api/features.js";
import type { PodSpec } from "../../../src/api/kubernetes.js";
import { mustParseQuantity } from "../../../src/api/quantity.js";
import type { HPAScalingRules, MetricSpec } from "../../../src/api/schemas/types.js";
import { secondsToMicros } from "../../../src/base/time.js";
import type { MetricInput } from "../../../src/control/horizontal-pod-autoscaler/metric-outcome.js";
import { proposalOf } from "../../../src/control/horizontal-pod-autoscaler/metric-proposal.js";
import { MetricReport } from "../../../src/control/horizontal-pod-autoscaler/metric-report.js";
import { millisText } from "../../../src/control/horizontal-pod-autoscaler/metric-status.js";
import {
  MetricsError,
  NO_METRICS,
} from "../../../src/control/horizontal-pod-autoscaler/metrics-client.js";
import { PodColumns } from "../../../src/control/horizontal-pod-autoscaler/pod-columns.js";
import { PodGroup, PodGroups } from "../../../src/control/horizontal-pod-autoscaler/pod-groups.js";
import { requestsOf } from "../../../src/control/horizontal-pod-autoscaler/pod-requests.js";
import { resourceReplicas } from "../../../src/control/horizontal-pod-autoscaler/pods-proposal.js";
import {
  limitSize,
  limitSizeByRules,
  scaleDownLimit,
  scaleUpLimit,
} from "../../../src/control/horizontal-pod-autoscaler/scale-limits.js";
import {
  changeWithin,
  keepScaleEvent,
} from "../../../src/control/horizontal-pod-autoscaler/scale-memory.js";
import {
  stabilizeBoth,
  stabilizeDown,
} from "../../../src/control/horizontal-pod-autoscaler/stabilization.js";
import { reconcile } from "./hpa-reconcile.js";
import {
  type EventSketch,
  eventsOf,
  type MetricSketch,
  NOW_MICROS,
  type PodSketch,
  podMetricsOf,
  podsOf,
  type RecommendationSketch,
  recommendationsOf,
  samplesOf,
} from "./hpa-sketches.js";
import { meta, pod } from "./objects.js";
import { type Area, suite } from "./suite.js";

/** The recorded tables of replicas are of a version in which sidecars and pod level requests count. */
const FEATURES = featuresOf(37);
const METRIC = { name: "qps" };

interface Periods {
  readonly cpuInitializationPeriodSeconds?: number;
  readonly initialReadinessDelaySeconds?: number;
}

interface MetricCase extends Periods {
  readonly currentReplicas: number;
  readonly tolerance: MetricInput["tolerances"];
  readonly pods?: readonly PodSketch[];
}

function inputOf(given: MetricCase, client: Partial<MetricInput["client"]>): MetricInput {
  const pods = podsOf(given.pods ?? []);
  return {
    client: { ...NO_METRICS, ...client },
    features: FEATURES,
    namespace: "default",
    pods,
    columns: new PodColumns(pods),
    report: new MetricReport(),
    specReplicas: given.currentReplicas,
    statusReplicas: given.currentReplicas,
    tolerances: given.tolerance,
    nowMicros: NOW_MICROS,
    ...periodsOf(given),
  };
}

function periodsOf(given: Periods) {
  return {
    cpuInitializationMicros: secondsToMicros(given.cpuInitializationPeriodSeconds ?? 0),
    initialReadinessDelayMicros: secondsToMicros(given.initialReadinessDelaySeconds ?? 0),
  };
}

/** Our errors by the words in which cases tell them. */
const ERRORS: ReadonlyMap<string, string> = new Map([
  ["no metrics returned from resource metrics API", "no resource samples"],
  ["no metrics returned matched known pods", "no samples match the known pods"],
  ["missing request", "missing request"],
]);

/** An error counts as the one that is expected unless we know it by another name. */
function errorText({ message }: MetricsError, expected: unknown): unknown {
  const known = [...ERRORS].find(([ours]) => message.includes(ours));
  return typeof expected === "string" ? (known?.[1] ?? expected) : true;
}

const resource = suite<
  MetricCase & {
    readonly resource: string;
    readonly container?: string;
    readonly targetUtilization?: number;
    readonly targetAverageMilli?: number;
    readonly metrics: Readonly<Record<string, MetricSketch>>;
  }
>((given, expect) => {
  const { targetUtilization, targetAverageMilli, container = "" } = given;
  const target =
    targetAverageMilli === undefined
      ? { type: "Utilization", averageUtilization: targetUtilization ?? 0 }
      : { type: "AverageValue", averageValue: millisText(targetAverageMilli) };
  const input = inputOf(given, { podMetrics: podMetricsOf(given.metrics) });
  const proposal = resourceReplicas({ name: given.resource, container }, target, input);
  if (proposal instanceof MetricsError) return { error: errorText(proposal, expect.error) };
  const { replicas, utilization, valueMillis } = proposal;
  return { replicas, utilization, rawAverageMilli: valueMillis, error: null };
});

/** What the controller makes of one metric; `shown`: the key of the value that is reported. */
function metricSuite<Given extends MetricCase>(
  shown: "averageMilli" | "usageMilli",
  of: (given: Given) => {
    readonly spec: MetricSpec;
    readonly client: Partial<MetricInput["client"]>;
  },
) {
  return suite<Given>((given) => {
    const { spec, client } = of(given);
    const outcome = proposalOf(spec, inputOf(given, client));
    if (!outcome.ok) return { error: true };
    const { pods, object, external } = outcome.status;
    const current = (pods ?? object ?? external)!.current;
    const text = current.averageValue ?? current.value;
    const value = mustParseQuantity(text!).milliValue();
    return { replicas: outcome.replicas, [shown]: value, error: null };
  });
}

const perPod = (milli: number) => ({ type: "AverageValue", averageValue: millisText(milli) });
const whole = (milli: number) => ({ type: "Value", value: millisText(milli) });
const OBJECT = { apiVersion: "apps/v1", kind: "Deployment", name: "some-target" };

interface ValueCase extends MetricCase {
  readonly targetMilli: number;
  readonly targetAverageMilli: number;
  readonly valueMilli: number;
  readonly valuesMilli: readonly (number | string)[];
}

const objectSuite = (isPerPod: boolean) =>
  metricSuite<ValueCase>(isPerPod ? "averageMilli" : "usageMilli", (given) => {
    const target = isPerPod ? perPod(given.targetAverageMilli) : whole(given.targetMilli);
    const spec = { type: "Object", object: { describedObject: OBJECT, metric: METRIC, target } };
    return { spec, client: { objectValueMillis: () => Number(given.valueMilli) } };
  });

const externalSuite = (isPerPod: boolean) =>
  metricSuite<ValueCase>(isPerPod ? "averageMilli" : "usageMilli", (given) => {
    const target = isPerPod ? perPod(given.targetAverageMilli) : whole(given.targetMilli);
    const spec = { type: "External", external: { metric: METRIC, target } };
    return { spec, client: { externalValuesMillis: () => given.valuesMilli.map(Number) } };
  });

const replicas: Area = {
  "replicas.resource": resource,
  "replicas.podsMetric": metricSuite<
    MetricCase & {
      readonly targetAverageMilli: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
  >("averageMilli", ({ targetAverageMilli, metrics }) => ({
    spec: { type: "Pods", pods: { metric: METRIC, target: perPod(targetAverageMilli) } },
    client: {
      podValues: () =>
        Object.entries(metrics).map(([podName, valueMillis]) => ({ podName, valueMillis })),
    },
  })),
  "replicas.objectValue": objectSuite(false),
  "replicas.objectPerPod": objectSuite(true),
  "replicas.externalValue": externalSuite(false),
  "replicas.externalPerPod": externalSuite(true),
};

const podSuites: Area = {
  "pods.group": suite<
    Periods & {
      readonly resource: string;
      readonly pods: readonly PodSketch[];
      readonly metrics: Readonly<Record<string, MetricSketch>>;
    }
  >((given) => {
    const pods = podsOf(given.pods);
    const { of, readyCount } = new PodGroups(pods).group(samplesOf(pods, given.metrics), {
      ...periodsOf(given),
      isCpu: given.resource === "cpu",
      nowMicros: NOW_MICROS,
    });
    const named = (group: number) =>
      pods.filter((_, place) => of[place] === group).map(({ name }) => name);
    return {
      readyCount,
      unready: named(PodGroup.unready),
      missing: named(PodGroup.missing),
      ignored: named(PodGroup.ignored),
    };
  }),
  "pods.requests": suite<{
    readonly podLevelResources: boolean;
    readonly container: string;
    readonly resource: string;
    readonly pods: readonly {
      readonly metadata: { readonly name: string };
      readonly spec: PodSpec;
    }[];
  }>((given, expect) => {
    const pods = given.pods.map(({ metadata, spec }, row) =>
      pod(meta(row, metadata.name), { spec }),
    );
    const requests = requestsOf(pods, {
      resource: given.resource,
      container: given.container,
      podLevel: given.podLevelResources,
      sidecars: true,
      missingIsError: true,
    });
    if (requests instanceof MetricsError) {
      const container = /in container (\S+) of Pod/.exec(requests.message)?.[1];
      return { error: errorText(requests, expect.error), container };
    }
    const requestsMilli = Object.fromEntries(
      pods.map(({ name }, place) => [name, requests[place]!]),
    );
    return { requestsMilli, error: null };
  }),
};

interface RulesCase {
  readonly scaleUp: HPAScalingRules | null;
  readonly scaleDown: HPAScalingRules | null;
}

/** Rules as the API server fills them in. */
function behaviorOf({ scaleUp, scaleDown }: RulesCase) {
  const { behavior } = defaultAutoscaler({
    scaleTargetRef: { kind: "Deployment", name: "web" },
    maxReplicas: 1,
    behavior: { ...(scaleUp && { scaleUp }), ...(scaleDown && { scaleDown }) },
  });
  return { scaleUp: behavior!.scaleUp!, scaleDown: behavior!.scaleDown! };
}

interface EventsCase {
  readonly scaleUpEvents: readonly EventSketch[];
  readonly scaleDownEvents: readonly EventSketch[];
}

const logsOf = ({ scaleUpEvents, scaleDownEvents }: EventsCase) => ({
  ups: eventsOf(scaleUpEvents),
  downs: eventsOf(scaleDownEvents),
});

interface SizeCase {
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

const limits: Area = {
  "limits.noBehavior": suite<SizeCase>((given) => {
    const { replicas: size, reason } = limitSize(given);
    return { replicas: size, condition: reason };
  }),
  "limits.behavior": suite<SizeCase & RulesCase & EventsCase>((given) => {
    const behavior = behaviorOf(given);
    const { replicas: size, reason } = limitSizeByRules(given, behavior, logsOf(given), NOW_MICROS);
    return { replicas: size, condition: reason };
  }),
  "limits.policyLimit": suite<
    EventsCase & {
      readonly direction: "up" | "down";
      readonly currentReplicas: number;
      readonly rules: HPAScalingRules;
    }
  >((given) => {
    const limit = given.direction === "up" ? scaleUpLimit : scaleDownLimit;
    return { limit: limit(given.currentReplicas, given.rules, logsOf(given), NOW_MICROS) };
  }),
};

const stabilize: Area = {
  "stabilize.noBehavior": suite<{
    readonly downscaleStabilizationSeconds: number;
    readonly recommendations: readonly RecommendationSketch[];
    readonly desiredReplicas: number;
  }>((given) => {
    const log = recommendationsOf(given.recommendations);
    const window = secondsToMicros(given.downscaleStabilizationSeconds);
    const size = stabilizeDown(log, given.desiredReplicas, window, NOW_MICROS);
    return { replicas: size, logLength: log.replicas.length };
  }),
  "stabilize.behavior": suite<{
    readonly scaleUpStabilizationSeconds: number;
    readonly scaleDownStabilizationSeconds: number;
    readonly recommendations: readonly RecommendationSketch[];
    readonly currentReplicas: number;
    readonly desiredReplicas: number;
  }>(
    (given) => {
      const log = recommendationsOf(given.recommendations);
      const upSeconds = given.scaleUpStabilizationSeconds;
      const downSeconds = given.scaleDownStabilizationSeconds;
      const size = stabilizeBoth(log, given, { upSeconds, downSeconds }, NOW_MICROS);
      return { replicas: size, recommendations: log.replicas };
    },
    { ordered: ["recommendations"] },
  ),
  "events.store": suite<{
    readonly direction: "up" | "down";
    readonly replicaChange: number;
    readonly rules: HPAScalingRules | null;
    readonly events: readonly EventSketch[];
  }>(
    (given) => {
      const log = eventsOf(given.events);
      const before = changeWithin(log, 60, NOW_MICROS);
      if (given.rules !== null) keepScaleEvent(log, given.replicaChange, given.rules, NOW_MICROS);
      const events = log.map(({ change, outdated }) => ({ change, outdated }));
      return { changeInLast60s: before, events };
    },
    { ordered: ["events"] },
  ),
};

export const horizontalPodAutoscalerArea: Area = {
  ...replicas,
  ...podSuites,
  ...limits,
  ...stabilize,
  reconcile,
};
