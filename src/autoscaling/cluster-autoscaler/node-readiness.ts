import type { VersionOf } from "../../api/object-version.js";
import { mustParseQuantity } from "../../api/quantity.js";
import { parseTimestamp } from "../../api/timestamp.js";
import { own } from "../../base/own.js";
import type { TimeMicros } from "../../base/time.js";
import type { AutoscalerOptions } from "./options.js";
import { isStartupTaint } from "./taints.js";

type Node = VersionOf<"Node">;

const NOT_READY_TAINTS: ReadonlySet<string> = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/network-unavailable",
]);

/** Conditions that count, and the statuses of each that a ready node has not. */
const UNREADY_IF: Readonly<Record<string, readonly string[]>> = {
  Ready: ["False", "Unknown"],
  DiskPressure: ["True"],
  NetworkUnavailable: ["True"],
};

/**
 * Whether the autoscaler takes the node for ready: by its conditions, by taints that stand for them, and by
 * what it waits for after its start. Source: cluster-autoscaler, `GetNodeReadiness`.
 */
export function isNodeReady(
  node: Node,
  options: Pick<AutoscalerOptions, "startupTaints" | "gpu">,
): boolean {
  for (const { type, status } of node.status.conditions ?? []) {
    if (own(UNREADY_IF, type)?.includes(status) === true) return false;
  }
  for (const { key } of node.spec.taints ?? []) {
    if (NOT_READY_TAINTS.has(key) || isStartupTaint(key, options.startupTaints)) return false;
  }
  return !lacksGpus(node, options.gpu);
}

/** Nodes that are said to have GPUs are not ready before their driver says how many. */
function lacksGpus(node: Node, gpu: AutoscalerOptions["gpu"]): boolean {
  if (gpu === null || own(node.labels, gpu.label) === undefined) return false;
  const amount = own(node.status.allocatable, gpu.resource);
  return amount === undefined || mustParseQuantity(amount).isZero;
}

/** When what makes the node ready or not changed last; -Infinity where nothing says so. */
export function lastTransition(node: Node, startTimeMs: number): TimeMicros {
  let last = Number.NEGATIVE_INFINITY;
  const take = (text: unknown): void => {
    last = Math.max(last, parseTimestamp(text, startTimeMs) ?? last);
  };
  for (const { type, lastTransitionTime } of node.status.conditions ?? []) {
    if (Object.hasOwn(UNREADY_IF, type)) take(lastTransitionTime);
  }
  for (const { key, timeAdded } of node.spec.taints ?? []) {
    if (NOT_READY_TAINTS.has(key)) take(timeAdded);
  }
  return last;
}
