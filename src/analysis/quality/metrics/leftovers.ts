import { eachMoment, fits, shapesOf } from "../cluster-sweep.js";
import type { FinishedRun, QualityMetric, QualityValue } from "../quality-metric.js";

type Share = (fitting: number) => number;

/** Free room of each node, weighed by a share of it that counts as lost; over `total`, summed over moments. */
function lostOver(
  run: FinishedRun,
  total: "free" | "allocatable",
  lost: Share,
): readonly QualityValue[] {
  const shapes = shapesOf(run);
  const sums = { cpu: [0, 0], memory: [0, 0] };
  eachMoment(run, (moment) => {
    for (const n of moment.present) {
      const node = run.nodes[n]!;
      const fitting = shapes.reduce(
        (sum, shape) => sum + (fits(shape, node, moment, n) ? shape.share : 0),
        0,
      );
      const parts = [
        [sums.cpu, node.cpuCores, moment.cpuCores[n]!],
        [sums.memory, node.memoryBytes, moment.memoryBytes[n]!],
      ] as const;
      for (const [sum, allocatable, used] of parts) {
        const free = Math.max(0, allocatable - used);
        sum[0]! += free * lost(fitting);
        sum[1]! += total === "free" ? free : allocatable;
      }
    }
  });
  return Object.entries(sums).map(([resource, [part = 0, of = 0]]) => ({
    labels: `resource=${resource}`,
    value: shapes.length === 0 || of === 0 ? Number.NaN : part / of,
  }));
}

export const stranded: QualityMetric = {
  name: "stranded_mean_ratio",
  unit: "ratio",
  labels: ["resource"],
  better: "lower",
  meaning:
    "free room on nodes onto which no kind of pod of the run fits any more, over allocatable; over 100 moments of what is measured",
  source: "Verma and others 2015 (Borg), stranded resources",
  compute: (run) => lostOver(run, "allocatable", (fitting) => (fitting > 0 ? 0 : 1)),
};

export const fragmentation: QualityMetric = {
  name: "fragmentation_mean_ratio",
  unit: "ratio",
  labels: ["resource"],
  better: "lower",
  meaning:
    "the share of free room that a pod drawn from the run's pods is expected not to be able to use, because it does not fit the node; over 100 moments. The paper measures GPUs, which can be shared: the numbers are not comparable with its own",
  source: "Weng and others 2023 (FGD), with the run's pods as the target workload",
  compute: (run) => lostOver(run, "free", (fitting) => 1 - fitting),
};
