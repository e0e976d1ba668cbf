import type { ScaledObjectSpec } from "../../api/schemas/types.js";
import { type MetricsClient, MetricsError } from "../horizontal-pod-autoscaler/metrics-client.js";
import { isResourceTrigger } from "./autoscaler-of.js";
import { readTrigger, type TriggerReading } from "./trigger-kinds.js";

type Trigger = ScaledObjectSpec["triggers"][number];

/** A trigger that is neither of CPU nor of memory, and its place. */
export interface ReadTrigger extends TriggerReading {
  readonly index: number;
  /** Under which its metric is found: its own name, or that of its metric. */
  readonly source: string;
}

/** The triggers that KEDA asks itself, or what is wrong with one. */
export function readTriggers(
  triggers: readonly Trigger[],
): readonly ReadTrigger[] | { readonly problem: string } {
  const read: ReadTrigger[] = [];
  for (const [index, trigger] of triggers.entries()) {
    if (isResourceTrigger(trigger)) continue;
    const reading = readTrigger(trigger);
    if ("problem" in reading) return { problem: `trigger ${index}: ${reading.problem}` };
    read.push({ ...reading, index, source: trigger.name || reading.metricName });
  }
  return read;
}

/** What a trigger finds now, in thousandths; null: it fails. */
export function valueMillisOf(
  { source }: ReadTrigger,
  namespace: string,
  metrics: MetricsClient,
): number | null {
  const values = metrics.externalValuesMillis(namespace, { name: source });
  if (values instanceof MetricsError || values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

export interface TriggerActivity {
  readonly isActive: boolean;
  readonly isError: boolean;
  /** Names of the metrics that are active. */
  readonly active: readonly string[];
}

/** Whether any trigger is active, or failed. Those of CPU and memory never wake anything. */
export function activityOf(
  triggers: readonly ReadTrigger[],
  namespace: string,
  metrics: MetricsClient,
): TriggerActivity {
  const active: string[] = [];
  let isError = false;
  for (const trigger of triggers) {
    const value = valueMillisOf(trigger, namespace, metrics);
    if (value === null) isError = true;
    else if (value > trigger.activation * 1_000) active.push(trigger.metricName);
  }
  return { isActive: active.length > 0, isError, active };
}
