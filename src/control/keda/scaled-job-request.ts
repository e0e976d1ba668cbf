import type { PodVersion } from "../../api/pod-version.js";
import type { ScaledJobSpec } from "../../api/schemas/types.js";
import type { TimeMicros } from "../../base/time.js";
import { condition, type KedaConditions } from "./conditions.js";
import type { JobDemand } from "./scaled-job-metrics.js";
import { jobScale } from "./scaling-strategy.js";

/** A Job of a ScaledJob. */
export interface OwnJob {
  readonly name: string;
  readonly finished: "" | "Complete" | "Failed";
  /** When it completed; null: it did not. */
  readonly doneMicros: TimeMicros | null;
  readonly pods: readonly Pick<PodVersion, "phase" | "status">[];
}

const HISTORY_LIMIT = 100;

export interface JobRequest {
  readonly running: number;
  readonly pending: number;
  readonly create: number;
  /** Jobs that have been kept long enough. */
  readonly remove: readonly OwnJob[];
  readonly conditions: KedaConditions;
}

/** One look of KEDA at a ScaledJob: what it creates, removes and says. Source: scale_jobs.go (2.21). */
export function jobRequest(
  spec: ScaledJobSpec,
  jobs: readonly OwnJob[],
  demand: Pick<JobDemand, "isActive" | "queueLength" | "maxScale">,
  isError: boolean,
): JobRequest {
  const unfinished = jobs.filter(({ finished }) => finished === "");
  const wanted = spec.scalingStrategy?.pendingPodConditions ?? [];
  const running = unfinished.length;
  const pending = unfinished.filter((job) => isPending(job, wanted)).length;
  const { effectiveMaxScale, scaleTo } = jobScale(spec, { running, pending }, demand);
  const create = demand.isActive ? Math.max(0, Math.min(scaleTo, effectiveMaxScale)) : 0;
  return {
    running,
    pending,
    create,
    remove: [
      ...beyondHistory(jobs, "Complete", spec.successfulJobsHistoryLimit),
      ...beyondHistory(jobs, "Failed", spec.failedJobsHistoryLimit),
    ],
    conditions: conditionsOf(demand.isActive, isError),
  };
}

/** Without conditions to wait for, a Job has begun once a pod of it runs or is done. */
function isPending({ pods }: OwnJob, wanted: readonly string[]): boolean {
  if (wanted.length === 0) {
    return !pods.some(({ phase }) => phase === "Running" || phase === "Succeeded");
  }
  const types = new Set(wanted);
  return !pods.some(({ status }) => {
    const met = status.conditions.filter((one) => types.has(one.type) && one.status === "True");
    return new Set(met.map(({ type }) => type)).size === wanted.length;
  });
}

/** The oldest beyond the limit go; one that never completed is older than all. */
function beyondHistory(
  jobs: readonly OwnJob[],
  finished: OwnJob["finished"],
  limit = HISTORY_LIMIT,
): readonly OwnJob[] {
  const done = jobs.filter((job) => job.finished === finished);
  const age = ({ doneMicros }: OwnJob) => doneMicros ?? Number.NEGATIVE_INFINITY;
  const byAge = done.sort((a, b) => (age(a) < age(b) ? -1 : age(a) > age(b) ? 1 : 0));
  return byAge.slice(0, Math.max(0, done.length - limit));
}

function conditionsOf(isActive: boolean, isError: boolean): KedaConditions {
  const performed = isActive
    ? "performed because triggers are"
    : "not performed because triggers are not";
  const text = `Scaling is ${performed} active`;
  const Active = isActive
    ? condition("True", "ScalerActive", text)
    : condition("False", "ScalerNotActive", text);
  const which = isActive ? "Some triggers" : "Triggers";
  const wrong = `${which} defined in ScaledJob are not working correctly`;
  if (!isError) {
    const fine = "ScaledJob is defined correctly and is ready for scaling";
    return { Active, Ready: condition("True", "ScaledJobReady", fine) };
  }
  const Ready = isActive
    ? condition("Unknown", "PartialTriggerError", wrong)
    : condition("False", "TriggerError", wrong);
  return { Active, Ready };
}
