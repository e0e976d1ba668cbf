import type { Container, PodSpec } from "../../api/kubernetes.js";
import type { PodVersion } from "../../api/pod-version.js";
import { parseCpuMillis } from "../../api/quantity.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../base/time.js";
import { distributionOf } from "../../kernel/distribution.js";
import type { DistributionSpec } from "../../kernel/distribution-spec.js";
import type { Law } from "../laws/law.js";
import { tabulated } from "../laws/tabulated.js";
import type { CpuSpec } from "../pods/cpu-share.js";
import { DrawnWork, type PodModel } from "../pods/pod-model.js";
import type { CallsSpec, ServingSpec } from "./traffic-spec.js";

/** The kernel's period of CFS bandwidth control, as kubelets set it (`cpuCFSQuotaPeriod`). */
const QUOTA_PERIOD_SECONDS = 0.1;

/** The container of a pod that serves its requests. */
export interface ServingContainer {
  readonly name: string;
  /** Null where nobody said how it serves. */
  readonly serving: ServingSpec | null;
  readonly preStopMicros: TimeMicros;
}

export interface PodModelsOptions {
  /** How a container serves requests; null where nobody said. */
  readonly servingOf: (pod: PodVersion, container: Container) => ServingSpec | null;
  /** What a node has for pods, in cores. */
  readonly nodeCores: (nodeName: string) => number;
  /** The numbers of a call's service and policy. */
  readonly callOf: (call: CallsSpec) => { readonly service: number; readonly policy: number };
  /** How long a request is in service where nobody said. */
  readonly defaultServiceMicros: TimeMicros;
}

/** Makes the models of pods, one for all pods of a template on nodes of one size. */
export class PodModels {
  private readonly known = new WeakMap<PodSpec, Map<string, PodModel>>();
  private readonly laws = new Map<DistributionSpec, Law>();

  constructor(private readonly options: PodModelsOptions) {}

  /** Of what takes no requests. */
  readonly nobody: PodModel = {
    ...{ speed: 1, concurrency: 0, queueLimit: 0, work: new DrawnWork(null, null), cpu: null },
    ...{ errorShare: 0, stages: [], holdsPlaceDuringCalls: false },
  };

  /** The first container of which somebody said how it serves; else the first. */
  containerOf(pod: PodVersion): ServingContainer {
    const { containers } = pod.spec;
    for (const container of containers) {
      const serving = this.options.servingOf(pod, container);
      if (serving !== null) return servingContainer(container, serving);
    }
    return servingContainer(containers[0]!, null);
  }

  modelOf(pod: PodVersion, { name, serving }: ServingContainer): PodModel {
    const container = pod.spec.containers.find((one) => one.name === name)!;
    const nodeCores = this.options.nodeCores(pod.nodeName);
    const limit = container.resources?.limits?.cpu;
    const key = `${name} ${nodeCores} ${limit ?? ""}`;
    let models = this.known.get(pod.spec);
    if (models === undefined) {
      models = new Map();
      this.known.set(pod.spec, models);
    }
    let model = models.get(key);
    if (model === undefined) {
      const limitCores = limit === undefined ? null : parseCpuMillis(limit) / 1000;
      model = this.make(serving, { nodeCores, limitCores });
      models.set(key, model);
    }
    return model;
  }

  private make(
    serving: ServingSpec | null,
    cores: { readonly nodeCores: number; readonly limitCores: number | null },
  ): PodModel {
    const { defaultServiceMicros } = this.options;
    const byDefault: DistributionSpec = { type: "constant", value: defaultServiceMicros };
    const cpuLaw = this.law(serving?.cpuMicros ?? null);
    const isSilent =
      serving === null || (serving.cpuMicros === null && serving.serviceMicros === null);
    // What only passes requests on takes no time of its own.
    const passesOn = serving !== null && serving.stages.length > 0;
    const delay = isSilent && !passesOn ? byDefault : (serving?.serviceMicros ?? null);
    return {
      speed: 1,
      concurrency: serving?.concurrency ?? Number.POSITIVE_INFINITY,
      queueLimit: serving?.queueLimit ?? Number.POSITIVE_INFINITY,
      work: new DrawnWork(cpuLaw, this.law(delay)),
      cpu: cpuLaw === null ? null : cpuSpec(cores),
      errorShare: serving?.errorShare ?? 0,
      stages: (serving?.stages ?? []).map((stage) =>
        stage.flatMap((call) => {
          const one = this.options.callOf(call);
          return Array.from({ length: call.times }, () => one);
        }),
      ),
      holdsPlaceDuringCalls: serving?.holdsPlaceDuringCalls ?? true,
    };
  }

  /** In seconds. */
  private law(spec: DistributionSpec | null): Law | null {
    if (spec === null) return null;
    let law = this.laws.get(spec);
    if (law === undefined) {
      law = secondsLaw(spec);
      this.laws.set(spec, law);
    }
    return law;
  }
}

/** A distribution of microseconds as a law of seconds, never below 0, quick to draw from. */
export function secondsLaw(spec: DistributionSpec): Law {
  const micros = distributionOf(spec);
  const law: Law = {
    mean: micros.mean / MICROS_PER_SECOND,
    quantile: (u) => Math.max(0, micros.quantile(u)) / MICROS_PER_SECOND,
  };
  const isSlow = spec.type === "lognormal" || spec.type === "gamma" || spec.type === "weibull";
  return isSlow ? tabulated(law) : law;
}

function cpuSpec(cores: {
  readonly nodeCores: number;
  readonly limitCores: number | null;
}): CpuSpec {
  const { nodeCores, limitCores } = cores;
  if (limitCores === null || limitCores <= 0) return { cores: nodeCores, quota: null };
  const periodSeconds = QUOTA_PERIOD_SECONDS;
  const quota = { limitCores, periodSeconds, firstRefillSeconds: periodSeconds };
  return { cores: nodeCores, quota };
}

function servingContainer(container: Container, serving: ServingSpec | null): ServingContainer {
  const hook = container.lifecycle?.preStop as { sleep?: { seconds?: number } } | undefined;
  const preStopMicros = (hook?.sleep?.seconds ?? 0) * MICROS_PER_SECOND;
  return { name: container.name, serving, preStopMicros };
}
