import { dominantShare } from "../../fairness/dominant-share.js";
import { fairnessIndices } from "../../fairness/indices.js";
import { meanOf } from "../../statistics/sample.js";
import type { FinishedRun, QualityMetric, QualityValue } from "../quality-metric.js";
import { completed } from "./completed.js";

/** Mean dominant share by namespace over what is measured, in the order of their names. */
function sharesByNamespace(run: FinishedRun): readonly (readonly [string, number])[] {
  const { fromSeconds, toSeconds } = run;
  const span = (from: number, until: number) =>
    Math.max(
      0,
      Math.min(toSeconds, Number.isFinite(until) ? until : toSeconds) - Math.max(fromSeconds, from),
    );
  const capacity = [0, 0];
  for (const node of run.nodes) {
    const seconds = span(node.createdSeconds, node.removedSeconds);
    capacity[0]! += node.cpuCores * seconds;
    capacity[1]! += node.memoryBytes * seconds;
  }
  const used = new Map<string, [number, number]>();
  for (const pod of run.pods) {
    const sum = used.get(pod.namespace) ?? [0, 0];
    used.set(pod.namespace, sum);
    if (!Number.isFinite(pod.boundSeconds)) continue;
    const seconds = span(pod.boundSeconds, pod.finishedSeconds);
    sum[0] += pod.cpuCores * seconds;
    sum[1] += pod.memoryBytes * seconds;
  }
  return [...used]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, sum]) => [namespace, dominantShare(sum, capacity).share]);
}

export const dominantShares: QualityMetric = {
  name: "dominant_share_mean_ratio",
  unit: "ratio",
  labels: ["namespace"],
  better: "neither",
  meaning:
    "by namespace, the larger of its shares of the cluster's CPU and memory, by the requests of its pods on nodes over time",
  source: "Ghodsi and others 2011 (DRF)",
  compute: (run) =>
    sharesByNamespace(run).map(([namespace, value]) => ({
      labels: `namespace=${namespace}`,
      value,
    })),
};

export const jain: QualityMetric = {
  name: "jain_index_ratio",
  unit: "ratio",
  labels: [],
  better: "higher",
  meaning:
    "(sum x)² / (n sum x²) of the namespaces' mean dominant shares; 1 where all have the same, 1/n where one has all",
  source: "Jain, Chiu and Hawe 1984",
  compute: (run) => {
    const shares = sharesByNamespace(run).map(([, share]) => share);
    return [{ labels: "", value: fairnessIndices(shares)?.jain ?? Number.NaN }];
  },
};

export const finishTimeFairness: QualityMetric = {
  name: "finish_time_fairness_max_ratio",
  unit: "ratio",
  labels: ["namespace"],
  better: "lower",
  meaning:
    "mean over a namespace's completed pods of created-until-finished over the time that they ran (what they take with the cluster to themselves); the whole is the worst namespace's",
  source: "Mahajan and others 2020 (Themis), with a cluster of one's own as the ideal",
  compute: (run) => {
    const byNamespace = new Map<string, number[]>();
    for (const { pod, waitSeconds, runSeconds } of completed(run)) {
      const ratios = byNamespace.get(pod.namespace) ?? [];
      byNamespace.set(pod.namespace, ratios);
      ratios.push((waitSeconds + runSeconds) / runSeconds);
    }
    if (byNamespace.size === 0) return [];
    const rows: QualityValue[] = [...byNamespace]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([namespace, ratios]) => ({ labels: `namespace=${namespace}`, value: meanOf(ratios) }));
    return [{ labels: "", value: Math.max(...rows.map(({ value }) => value)) }, ...rows];
  },
};
