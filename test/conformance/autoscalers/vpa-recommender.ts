import type { LabelSelector } from "../../../src/api/kubernetes.js";
import { compileLabelSelector, type Selector } from "../../../src/api/label-selector.js";
import { parseBytes } from "../../../src/api/quantity.js";
import type {
  VerticalPodAutoscalerCheckpointStatus,
  VerticalPodAutoscalerSpec,
  VerticalPodAutoscalerStatus,
} from "../../../src/api/schemas/types.js";
import { MICROS_PER_SECOND } from "../../../src/base/time.js";
import { Aggregation } from "../../../src/control/vertical-pod-autoscaler/aggregation.js";
import {
  BucketScheme,
  type BucketSchemeOptions,
} from "../../../src/control/vertical-pod-autoscaler/bucket-scheme.js";
import {
  checkpointStatus,
  histogramStatus,
  readCheckpoint,
  readHistogram,
} from "../../../src/control/vertical-pod-autoscaler/checkpoint-object.js";
import { ContainerUsage } from "../../../src/control/vertical-pod-autoscaler/container-usage.js";
import { DecayingHistogram } from "../../../src/control/vertical-pod-autoscaler/decaying-histogram.js";
import {
  killsOfEviction,
  type OomKill,
  observedKills,
} from "../../../src/control/vertical-pod-autoscaler/oom-observer.js";
import { OrphanedCheckpoints } from "../../../src/control/vertical-pod-autoscaler/orphaned-checkpoints.js";
import { cappedByPolicy } from "../../../src/control/vertical-pod-autoscaler/policy-caps.js";
import {
  type AutoscalerObject,
  Recommender,
  type UsageSample,
} from "../../../src/control/vertical-pod-autoscaler/recommender.js";
import {
  DEFAULT_RECOMMENDER,
  type RecommenderSettings,
} from "../../../src/control/vertical-pod-autoscaler/recommender-settings.js";
import type { Area } from "../controllers/suite.js";
import { suite } from "./vpa-compare.js";
import {
  observedPod,
  type PodObject,
  podVersion,
  secondsText,
  ZERO_MICROS,
} from "./vpa-objects.js";

const at = (seconds: number): number => ZERO_MICROS + Math.round(seconds * MICROS_PER_SECOND);

interface HistogramOp {
  readonly op: "add" | "subtract" | "merge" | "load" | "copy" | "observe";
  readonly hist?: string;
  readonly from?: string;
  readonly value?: number;
  readonly weight?: number;
  readonly at?: number;
  readonly times?: number;
  readonly every?: number;
  readonly checkpoint?: Parameters<typeof readHistogram>[0];
}

const shownHistogram = (histogram: DecayingHistogram) => {
  const {
    bucketWeights,
    totalWeight,
    referenceTimestamp = null,
  } = histogramStatus(histogram.checkpoint());
  return { bucketWeights, totalWeight, referenceTimestamp };
};

const histogram = suite<{
  readonly scheme: BucketSchemeOptions;
  readonly halfLifeSeconds: number;
  readonly percentiles: readonly number[];
  readonly ops: readonly HistogramOp[];
}>(({ scheme: options, halfLifeSeconds, percentiles, ops }) => {
  const scheme = new BucketScheme(options);
  const histograms = new Map<string, DecayingHistogram>();
  const named = (name = "a") => {
    const found =
      histograms.get(name) ?? new DecayingHistogram(scheme, halfLifeSeconds * MICROS_PER_SECOND);
    histograms.set(name, found);
    return found;
  };
  const observations = ops.flatMap((op): readonly object[] => {
    const one = named(op.hist);
    switch (op.op) {
      case "add":
        for (let i = 0; i < (op.times ?? 1); i++) {
          one.add(op.value!, op.weight!, at(op.at! + i * (op.every ?? 0)));
        }
        return [];
      case "subtract":
        one.subtract(op.value!, op.weight!, at(op.at!));
        return [];
      case "merge":
        one.merge(named(op.from));
        return [];
      case "load":
        return [{ loaded: one.load(readHistogram(op.checkpoint)) }];
      case "copy":
        return [{ loaded: one.load(readHistogram(histogramStatus(named(op.from).checkpoint()))) }];
      default:
        return [
          {
            isEmpty: one.isEmpty,
            percentiles: percentiles.map((fraction) => one.percentile(fraction)),
            checkpoint: shownHistogram(one),
          },
        ];
    }
  });
  return { numBuckets: scheme.count, observations };
});

type Flags = Readonly<Record<string, number | boolean | string>>;

function settingsOf(flags: Flags, gates: readonly string[] = []): RecommenderSettings {
  const number = (name: string, byDefault: number) =>
    (flags[name] as number | undefined) ?? byDefault;
  const seconds = (name: string, micros: number) =>
    number(name, micros / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  const d = DEFAULT_RECOMMENDER;
  const percentiles = (resource: "CPU" | "Memory", own: typeof d.cpuPercentiles) => ({
    target: number(`target${resource}Percentile`, own.target),
    lower: number(`lowerBound${resource}Percentile`, own.lower),
    upper: number(`upperBound${resource}Percentile`, own.upper),
  });
  const { containerMaxAllowedCPU: cpu, containerMaxAllowedMemory: memory } = flags;
  return {
    recommenderName: (flags["recommenderName"] as string | undefined) ?? d.recommenderName,
    memorySaver: flags["memorySaver"] === true,
    marginFraction: number("recommendationMarginFraction", d.marginFraction),
    podMinCpuMillis: number("podMinCPUMillicores", d.podMinCpuMillis),
    podMinMemoryMib: number("podMinMemoryMb", d.podMinMemoryMib),
    cpuPercentiles: percentiles("CPU", d.cpuPercentiles),
    memoryPercentiles: percentiles("Memory", d.memoryPercentiles),
    cpuConfidenceIntervalMicros: seconds(
      "confidenceIntervalCPUSeconds",
      d.cpuConfidenceIntervalMicros,
    ),
    memoryConfidenceIntervalMicros: seconds(
      "confidenceIntervalMemorySeconds",
      d.memoryConfidenceIntervalMicros,
    ),
    humanizeMemory: flags["humanizeMemory"] === true,
    roundCpuMillis: number("roundCPUMillicores", d.roundCpuMillis),
    roundMemoryBytes: number("roundMemoryBytes", d.roundMemoryBytes),
    memoryAggregationIntervalMicros: seconds(
      "memoryAggregationIntervalSeconds",
      d.memoryAggregationIntervalMicros,
    ),
    memoryAggregationIntervalCount: number(
      "memoryAggregationIntervalCount",
      d.memoryAggregationIntervalCount,
    ),
    cpuHalfLifeMicros: seconds("cpuHalfLifeSeconds", d.cpuHalfLifeMicros),
    memoryHalfLifeMicros: seconds("memoryHalfLifeSeconds", d.memoryHalfLifeMicros),
    oomBumpUpRatio: number("oomBumpUpRatio", d.oomBumpUpRatio),
    oomMinBumpUpBytes: number("oomMinBumpUpBytes", d.oomMinBumpUpBytes),
    cpuIntegerPostProcessor: flags["cpuIntegerPostProcessor"] === true,
    containerMaxAllowed: {
      ...(cpu !== undefined && { cpu: cpu as string }),
      ...(memory !== undefined && { memory: memory as string }),
    },
    perVpaConfig: gates.includes("PerVPAConfig"),
  };
}

const oom = suite<{
  readonly flags: Flags;
  readonly percentiles: readonly number[];
  readonly ops: readonly {
    readonly op: "memory" | "cpu" | "oom" | "observe";
    readonly at?: number;
    readonly bytes?: number;
    readonly milli?: number;
    readonly requestBytes?: number;
  }[];
}>(({ flags, percentiles, ops }) => {
  const aggregation = new Aggregation(settingsOf(flags), ZERO_MICROS);
  const container = new ContainerUsage(() => aggregation);
  const results = ops.map((op): object => {
    switch (op.op) {
      case "memory":
        return { accepted: container.addMemory(op.bytes!, at(op.at!)) };
      case "cpu":
        return { accepted: container.addCpu(op.milli!, at(op.at!)) };
      case "oom":
        return { accepted: container.addOom(op.requestBytes!, at(op.at!)) };
      default: {
        const end = container.windowEndMicros;
        return {
          peakBytes: container.peakBytes,
          windowEnd: Number.isFinite(end) ? (end - ZERO_MICROS) / MICROS_PER_SECOND : null,
          histogram: shownHistogram(aggregation.memory),
          percentiles: percentiles.map((fraction) => aggregation.memory.percentile(fraction)),
          cpuSamples: aggregation.sampleCount,
        };
      }
    }
  });
  return { results };
});

const observe = suite<{
  readonly updates?: readonly { readonly old: PodObject; readonly new: PodObject }[];
  readonly events?: readonly {
    readonly reason: string;
    readonly involvedObject: { kind: string; namespace: string; name: string };
    readonly metadata: { creationTimestamp: string; annotations?: Record<string, string> | null };
  }[];
}>((given) => {
  const updates = given.updates ?? [];
  const events = given.events ?? [];
  const kills: OomKill[] = [
    ...updates.flatMap((update) => observedKills(podVersion(update.old), podVersion(update.new))),
    ...events.flatMap(({ reason, involvedObject, metadata }) =>
      killsOfEviction({
        reason,
        involvedObject,
        annotations: metadata.annotations ?? {},
        createdMicros: Date.parse(metadata.creationTimestamp) * 1000,
      }),
    ),
  ];
  return {
    ooms: kills.map(({ namespace, podName, container, finishedMicros, requestBytes }) => {
      const time = secondsText(finishedMicros);
      return { namespace, pod: podName, container, memoryBytes: requestBytes, time };
    }),
  };
});

interface Span {
  readonly from: number;
  readonly to?: number;
}

interface VpaObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: VerticalPodAutoscalerSpec;
  readonly status?: VerticalPodAutoscalerStatus;
}

interface CheckpointObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly vpaObjectName: string; readonly containerName: string };
  readonly status: VerticalPodAutoscalerCheckpointStatus;
}

interface RecommendationGiven {
  readonly flags: Flags;
  readonly featureGates?: readonly string[];
  readonly vpas: readonly (Span & {
    readonly object: VpaObject;
    readonly selector: LabelSelector | null;
  })[];
  readonly pods: readonly (Span & {
    readonly names?: readonly string[];
    readonly object: PodObject;
  })[];
  readonly usage: readonly (Span & {
    readonly pods: readonly string[];
    readonly namespace?: string;
    readonly container: string;
    readonly every: number;
    readonly cpuMilli: readonly number[];
    readonly memoryBytes: readonly number[];
  })[];
  readonly ooms?: readonly {
    readonly at: number;
    readonly pod: string;
    readonly namespace?: string;
    readonly container: string;
    readonly memoryRequest: string;
  }[];
  readonly checkpoints?: readonly CheckpointObject[];
  readonly observe: readonly number[];
  readonly observeCheckpoints?: boolean;
}

const isDuring = ({ from, to }: Span, t: number) => from <= t && (to === undefined || t < to);

function* samplesAt(usage: RecommendationGiven["usage"], t: number): Generator<UsageSample> {
  for (const { pods, namespace = "default", container, from, to, every, ...series } of usage) {
    const k = Math.floor((t - from) / every);
    const s = from + k * every;
    if (k < 0 || (to !== undefined && (s >= to || t >= to))) continue;
    for (const podName of pods) {
      yield {
        namespace,
        podName,
        container,
        timeMicros: at(s),
        cpuMillis: series.cpuMilli[k % series.cpuMilli.length]!,
        memoryBytes: series.memoryBytes[k % series.memoryBytes.length]!,
      };
    }
  }
}

/** The objects of a case as they exist at a time, with the status that they have come to. */
class Objects {
  private readonly statuses = new Map<string, VerticalPodAutoscalerStatus>();
  readonly checkpoints: Map<string, CheckpointObject>;

  constructor(private readonly given: RecommendationGiven) {
    this.checkpoints = new Map(
      (given.checkpoints ?? []).map((one) => [
        `${one.metadata.namespace}/${one.metadata.name}`,
        one,
      ]),
    );
  }

  autoscalersAt(t: number): (AutoscalerObject & { readonly selector: LabelSelector | null })[] {
    const present = this.given.vpas.filter((vpa) => isDuring(vpa, t));
    const keys = present.map(
      ({ object }) => `${object.metadata.namespace}/${object.metadata.name}`,
    );
    for (const key of this.statuses.keys()) if (!keys.includes(key)) this.statuses.delete(key);
    return present.map(({ object, selector }, i) => {
      const { name, namespace, annotations = {} } = object.metadata;
      const status = this.statuses.get(keys[i]!) ?? object.status ?? {};
      return { name, namespace, annotations, generation: 1, spec: object.spec, status, selector };
    });
  }

  wrote({ namespace, name }: AutoscalerObject, status: VerticalPodAutoscalerStatus): void {
    this.statuses.set(`${namespace}/${name}`, status);
  }
}

const recommendation = suite<RecommendationGiven>((given) => {
  const recommender = new Recommender(settingsOf(given.flags, given.featureGates));
  const objects = new Objects(given);
  const selectorOf = ({ selector }: { readonly selector: LabelSelector | null }) =>
    selector === null
      ? { problem: "Cannot read targetRef" }
      : (compileLabelSelector(selector) as Selector);
  const pods = given.pods.map((pod) => {
    const { from, to, object } = pod;
    const names = pod.names ?? [object.metadata.name];
    const span = { from, ...(to !== undefined && { to }) };
    return { span, seen: names.flatMap((name) => observedPod(object, name)) };
  });
  const orphans = new OrphanedCheckpoints(ZERO_MICROS);
  const last = Math.max(...given.observe);
  const observations: object[] = [];
  recommender.loadAutoscalers({
    nowMicros: ZERO_MICROS,
    autoscalers: objects.autoscalersAt(0),
    selectorOf,
  });
  recommender.loadCheckpoints(
    (given.checkpoints ?? []).flatMap(({ metadata, spec, status }) => {
      const state = readCheckpoint(status);
      if (state === null) return [];
      const { vpaObjectName: vpaName, containerName: container } = spec;
      return [{ namespace: metadata.namespace, vpaName, container, state }];
    }),
  );
  let delivered = 0;
  const ooms = [...(given.ooms ?? [])].sort((a, b) => a.at - b.at);
  for (let t = 60; t <= last; t += 60) {
    const autoscalers = objects.autoscalersAt(t);
    const due = ooms.slice(delivered).filter((one) => one.at <= t);
    delivered += due.length;
    const statuses = recommender.loop({
      nowMicros: at(t),
      nowText: secondsText(at(t)),
      autoscalers,
      selectorOf,
      pods: pods.flatMap(({ span, seen }) => (isDuring(span, t) ? seen : [])),
      usage: samplesAt(given.usage, t),
      ooms: due.map(({ pod: podName, namespace = "default", container, memoryRequest, ...one }) => {
        const requestBytes = memoryRequest === "" ? 0 : parseBytes(memoryRequest);
        return { namespace, podName, container, timeMicros: at(one.at), requestBytes };
      }),
    });
    for (const { autoscaler, status } of statuses) objects.wrote(autoscaler, status);
    if (given.observeCheckpoints === true) keepCheckpoints(objects, recommender, t);
    for (const orphan of orphans.find(at(t), () => cased(objects), autoscalers)) {
      objects.checkpoints.delete(`${orphan.namespace}/${orphan.name}`);
    }
    recommender.collectGarbage();
    if (given.observe.includes(t)) observations.push(shownAt(objects, t, given));
  }
  return { observations };
});

const cased = ({ checkpoints }: Objects) =>
  [...checkpoints.values()].map(({ metadata, spec }) => ({ ...metadata, spec }));

function keepCheckpoints({ checkpoints }: Objects, recommender: Recommender, t: number): void {
  for (const { namespace, vpaName, container, state } of recommender.checkpoints()) {
    const name = `${vpaName}-${container}`;
    const before = checkpoints.get(`${namespace}/${name}`);
    checkpoints.set(`${namespace}/${name}`, {
      metadata: { namespace, name },
      spec: before?.spec ?? { vpaObjectName: vpaName, containerName: container },
      status: checkpointStatus(state, at(t)),
    });
  }
}

function shownAt(objects: Objects, t: number, given: RecommendationGiven): object {
  const vpas = objects.autoscalersAt(t).map(({ namespace, name, status }) => {
    const conditions = (status.conditions ?? []).map(({ type, status: is, reason = "" }) => [
      type,
      { status: is, reason },
    ]);
    return {
      vpa: `${namespace}/${name}`,
      conditions: Object.fromEntries(conditions) as object,
      recommendation: status.recommendation?.containerRecommendations ?? null,
    };
  });
  vpas.sort((a, b) => (a.vpa < b.vpa ? -1 : 1));
  if (given.observeCheckpoints !== true) return { at: t, vpas };
  const names = [...objects.checkpoints.keys()].sort();
  const checkpoints = names.map((name) => {
    const { spec, status } = objects.checkpoints.get(name)!;
    const shown = (one: typeof status.cpuHistogram) => {
      return shownStatus(one ?? {});
    };
    return {
      name,
      ...spec,
      totalSamplesCount: status.totalSamplesCount,
      firstSampleStart: status.firstSampleStart ?? null,
      lastSampleStart: status.lastSampleStart ?? null,
      lastUpdateTime: status.lastUpdateTime ?? null,
      cpuHistogram: shown(status.cpuHistogram),
      memoryHistogram: shown(status.memoryHistogram),
    };
  });
  return { at: t, vpas, checkpoints };
}

function shownStatus({
  bucketWeights,
  totalWeight,
  referenceTimestamp = null as unknown as string,
}: NonNullable<VerticalPodAutoscalerCheckpointStatus["cpuHistogram"]>): object {
  return { bucketWeights, totalWeight, referenceTimestamp };
}

const capPolicy = suite<{
  readonly recommendation: Parameters<typeof cappedByPolicy>[0] | null;
  readonly resourcePolicy: Parameters<typeof cappedByPolicy>[1];
  readonly globalMaxAllowed: Parameters<typeof cappedByPolicy>[2];
}>(({ recommendation: given, resourcePolicy, globalMaxAllowed }) => {
  if (given === null) return { recommendation: null };
  const capped = cappedByPolicy(given, resourcePolicy, globalMaxAllowed);
  return { recommendation: capped.containerRecommendations ?? [] };
});

export const recommenderSuites: Area = {
  "recommender.histogram": histogram,
  "recommender.oom": oom,
  "recommender.oom.observe": observe,
  "recommender.recommendation": recommendation,
  "recommendation.cap.policy": capPolicy,
};
