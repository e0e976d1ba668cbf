import { ceilOf, continuousBounds, l2Bound } from "../../packing/bounds.js";
import { itemTypes } from "../../packing/item-types.js";
import { lpBound } from "../../packing/lp-bound.js";
import { podsAtPeak } from "../cluster-sweep.js";
import {
  type FinishedRun,
  type QualityMetric,
  type QualityValue,
  whole,
} from "../quality-metric.js";

interface Peak {
  /** Nodes in use. */
  readonly nodes: number;
  /** What its pods ask for: cores and bytes. */
  readonly items: readonly (readonly number[])[];
}

function peakOf(run: FinishedRun): Peak | null {
  const { pods, nodes } = podsAtPeak(run);
  const items = pods.map(({ cpuCores, memoryBytes }) => [cpuCores, memoryBytes]);
  return pods.length === 0 ? null : { nodes, items };
}

/** Nodes that the pods at the peak need at least, by bound. */
function boundsOf(run: FinishedRun, { items }: Peak): readonly QualityValue[] {
  const capacity = [
    Math.max(...run.nodes.map(({ cpuCores }) => cpuCores)),
    Math.max(...run.nodes.map(({ memoryBytes }) => memoryBytes)),
  ];
  const l2 = capacity.map((room, d) =>
    l2Bound(
      items.map((item) => item[d]!),
      room,
    ),
  );
  return [
    { labels: "bound=l1", value: Math.max(...continuousBounds(items, capacity).map(ceilOf)) },
    { labels: "bound=l2", value: Math.max(...l2) },
  ];
}

/** Above so many kinds of pods the linear program takes too long. */
const MOST_TYPES = 20;

/** The bound of the linear program; NaN with too many kinds of pods. */
function linearBound(run: FinishedRun, { items }: Peak): number {
  const types = itemTypes(items);
  if (types.length > MOST_TYPES) return Number.NaN;
  const bins = itemTypes(run.nodes.map(({ cpuCores, memoryBytes }) => [cpuCores, memoryBytes]));
  const kinds = bins.map(({ size }) => ({ capacity: size, cost: 1 }));
  return ceilOf(lpBound(types, kinds, run.solver));
}

const PEAK = "the pods on nodes need when they ask for the largest share of the cluster";

export const packingBound: QualityMetric = {
  name: "packing_bound_count",
  unit: "count",
  labels: ["bound"],
  better: "neither",
  meaning: `nodes that ${PEAK}, at least, by CPU and memory (\`l1\`: sums over the largest node; \`l2\`: also what cannot share a node)`,
  source: "Martello and Toth 1990",
  compute: (run) => {
    const peak = peakOf(run);
    return peak === null ? [] : boundsOf(run, peak);
  },
};

export const packingEfficiency: QualityMetric = {
  name: "packing_efficiency_ratio",
  unit: "ratio",
  labels: ["bound"],
  better: "higher",
  meaning: "`packing_bound_count` over the nodes used at that moment; 1 cannot be beaten",
  source: "Coffman, Garey and Johnson 1996",
  compute: (run) => {
    const peak = peakOf(run);
    if (peak === null) return [];
    return boundsOf(run, peak).map(({ labels, value }) => ({ labels, value: value / peak.nodes }));
  },
};

export const packingLinearBound: QualityMetric = {
  name: "packing_lp_bound_count",
  unit: "count",
  labels: [],
  better: "neither",
  meaning: `nodes that ${PEAK}, at least, by the linear program over patterns, with any number of nodes of each kind; not known with more than ${MOST_TYPES} kinds of pods`,
  source: "Gilmore and Gomory 1961",
  compute: (run) => {
    const peak = peakOf(run);
    return peak === null ? [] : whole(linearBound(run, peak));
  },
};

export const packingLinearEfficiency: QualityMetric = {
  name: "packing_lp_efficiency_ratio",
  unit: "ratio",
  labels: [],
  better: "higher",
  meaning: "`packing_lp_bound_count` over the nodes used at that moment; 1 cannot be beaten",
  source: "Gilmore and Gomory 1961",
  compute: (run) => {
    const peak = peakOf(run);
    return peak === null ? [] : whole(linearBound(run, peak) / peak.nodes);
  },
};

export const holeFilling: QualityMetric = {
  name: "hole_filling_ratio",
  unit: "ratio",
  labels: [],
  better: "higher",
  meaning:
    "bindings to a node that already held a pod of no DaemonSet, over all bindings of such pods that were made within what is measured",
  source: "online bin packing, the items that open no bin: Coffman, Garey and Johnson 1996",
  compute: (run) => {
    const pods = run.pods
      .filter((pod) => Number.isFinite(pod.boundSeconds) && !pod.owner.startsWith("DaemonSet/"))
      .sort((a, b) => a.boundSeconds - b.boundSeconds);
    const ends = new Map<string, number[]>();
    let [all, filled] = [0, 0];
    for (const { node, boundSeconds, finishedSeconds } of pods) {
      const there = (ends.get(node) ?? []).filter((end) => end > boundSeconds);
      if (boundSeconds >= run.fromSeconds && boundSeconds <= run.toSeconds) {
        all += 1;
        if (there.length > 0) filled += 1;
      }
      there.push(Number.isFinite(finishedSeconds) ? finishedSeconds : Number.POSITIVE_INFINITY);
      ends.set(node, there);
    }
    return [{ labels: "", value: all === 0 ? Number.NaN : filled / all }];
  },
};
