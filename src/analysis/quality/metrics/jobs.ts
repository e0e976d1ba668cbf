import { boundedSlowdown, slowdown } from "../../fairness/slowdown.js";
import { meanOf } from "../../statistics/sample.js";
import { type FinishedRun, type QualityMetric, whole } from "../quality-metric.js";
import { completed } from "./completed.js";

/** Shorter runs count as if they had run for so long. */
const BOUND_SECONDS = 10;

const meanOver = (run: FinishedRun, of: (waitSeconds: number, runSeconds: number) => number) => {
  const pods = completed(run);
  return whole(
    pods.length === 0
      ? Number.NaN
      : meanOf(pods.map(({ waitSeconds, runSeconds }) => of(waitSeconds, runSeconds))),
  );
};

export const slowdownMean: QualityMetric = {
  name: "slowdown_mean_ratio",
  unit: "ratio",
  labels: [],
  better: "lower",
  meaning: "mean over completed pods of created-until-finished over started-until-finished",
  source: "Feitelson and others 1997",
  compute: (run) => meanOver(run, slowdown),
};

export const boundedSlowdownMean: QualityMetric = {
  name: "bounded_slowdown_mean_ratio",
  unit: "ratio",
  labels: [],
  better: "lower",
  meaning:
    "as the slowdown, where pods that ran for less than 10 s count as if for 10 s; at least 1",
  source: "Feitelson and others 1997",
  compute: (run) => meanOver(run, (wait, ran) => boundedSlowdown(wait, ran, BOUND_SECONDS)),
};

export const makespan: QualityMetric = {
  name: "makespan_seconds",
  unit: "seconds",
  labels: [],
  better: "lower",
  meaning:
    "from the first creation of a pod that ended to the last end; not known where pods still wait, or run as part of a Job",
  source: "Graham 1966",
  compute: ({ pods }) => {
    const work = pods.filter(({ phase }) => phase === "Succeeded" || phase === "Failed");
    const open = pods.some(
      ({ phase, owner }) =>
        phase === "Pending" || (owner.startsWith("Job/") && phase === "Running"),
    );
    if (work.length === 0 || open) return [];
    const first = Math.min(...work.map(({ createdSeconds }) => createdSeconds));
    return whole(Math.max(...work.map(({ finishedSeconds }) => finishedSeconds)) - first);
  },
};

export const disruption: QualityMetric = {
  name: "disruption_ratio",
  unit: "ratio",
  labels: [],
  better: "lower",
  meaning: "pods evicted or preempted over pods bound",
  source: "Verma and others 2015 (Borg), evictions by cause",
  compute: ({ result: { figures } }) => {
    const [evicted, preempted, bound] = [
      "pods_evicted_count",
      "pods_preempted_count",
      "pods_bound_count",
    ].map((key) => figures.get(key)?.value ?? Number.NaN);
    return whole((evicted! + preempted!) / bound!);
  },
};

export const costOfWork: QualityMetric = {
  name: "cost_per_core_hour_dollars",
  unit: "dollars",
  labels: [],
  better: "lower",
  meaning: "price of the node hours over the hours of cores that pods on nodes requested",
  source: "a quotient of recorded figures",
  compute: ({ result: { figures }, pods, fromSeconds, toSeconds }) => {
    const cost = figures.get("cost_dollars")?.value ?? Number.NaN;
    let coreSeconds = 0;
    for (const { boundSeconds, finishedSeconds, cpuCores } of pods) {
      if (!Number.isFinite(boundSeconds)) continue;
      const until = Number.isFinite(finishedSeconds) ? finishedSeconds : toSeconds;
      const span = Math.min(toSeconds, until) - Math.max(fromSeconds, boundSeconds);
      coreSeconds += cpuCores * Math.max(0, span);
    }
    return whole(coreSeconds === 0 ? Number.NaN : cost / (coreSeconds / 3600));
  },
};
