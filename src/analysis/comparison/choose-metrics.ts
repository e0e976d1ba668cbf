import { METRICS } from "../../record/metrics/registry.js";
import { unknownMetric } from "../../scenario/expectations.js";
import { QUALITY_METRICS } from "../quality/registry.js";
import { figureKey } from "../results/read-results.js";
import type { Variant } from "../results/variants.js";

/** What is compared when nobody says: the figures that most questions are about, where runs have them. */
const USUAL = [
  "pods_pending_end_count",
  "pod_wait_mean_seconds",
  "pod_wait_p99_seconds",
  "pod_startup_p99_seconds",
  "allocation_mean_ratio",
  "imbalance_mean_ratio",
  "nodes_used_mean_count",
  "pods_evicted_count",
  "pods_preempted_count",
  "unavailable_seconds",
  "cost_dollars",
];

/** Before those, where something was rolled out: whether it was felt, how long it took, and what it needed. */
const OF_ROLLOUTS = [
  "rollout_duration_seconds",
  "rollback_duration_seconds",
  "unavailable_seconds",
  "surge_pod_hours",
  "below_budget_seconds",
  "request_failed_ratio",
];

/**
 * The figures to compare, in the order asked for: a metric stands for all its rows, `metric{labels}` for one. What no
 * run has is told.
 */
export function chooseFigures(
  asked: readonly string[],
  variants: readonly Variant[],
): { readonly keys: readonly string[] } | { readonly problem: string } {
  const present = new Map<string, { metric: string; labels: string }>();
  for (const { runs } of variants) {
    for (const run of runs.values()) {
      for (const [key, { metric, labels }] of run.figures) present.set(key, { metric, labels });
    }
  }
  const keys: string[] = [];
  const rolledOut = OF_ROLLOUTS.slice(0, 2).some((name) => present.has(name));
  const usual = rolledOut ? [...OF_ROLLOUTS, ...USUAL] : USUAL;
  for (const name of asked.length > 0 ? asked : usual) {
    const isMeant = asked.length > 0 ? meansAsked : meansUsual;
    const found = [...present].filter(([key, figure]) => isMeant(name, key, figure));
    if (found.length === 0 && asked.length > 0) return { problem: problemOf(name, present) };
    keys.push(...inOrder(found).map(([key]) => key));
  }
  if (keys.length === 0) return { problem: "the runs have no figures in common with any metric" };
  return { keys: [...new Set(keys)] };
}

interface Row {
  readonly metric: string;
  readonly labels: string;
}

function meansAsked(name: string, key: string, { metric }: Row): boolean {
  return key === name || metric === name;
}

/** Without being asked, wholes and resources, not every target and reason. */
function meansUsual(name: string, _key: string, { metric, labels }: Row): boolean {
  return metric === name && (labels === "" || labels.startsWith("resource="));
}

function inOrder<T extends readonly [string, { labels: string }]>(found: readonly T[]): T[] {
  return [...found].sort(([, a], [, b]) =>
    a.labels < b.labels ? -1 : a.labels > b.labels ? 1 : 0,
  );
}

function problemOf(name: string, present: ReadonlyMap<string, { metric: string; labels: string }>) {
  const metric = name.replace(/\{.*$/, "");
  const unknown = unknownMetric(metric);
  if (unknown !== null) return `--metric ${name}: ${unknown}`;
  const rows = [...present.values()]
    .filter((figure) => figure.metric === metric)
    .map((figure) => figureKey(figure.metric, figure.labels));
  if (rows.length > 0) return `--metric ${name}: no run has that row; there are ${rows.join(", ")}`;
  const { meaning } =
    QUALITY_METRICS.find((one) => one.name === metric) ?? METRICS[metric as keyof typeof METRICS];
  return `--metric ${name}: no run has a value of it (${meaning})`;
}
