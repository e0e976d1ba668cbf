import type { EpochMicros } from "../../api/cron/time-zone.js";
import type { ScaledObjectSpec } from "../../api/schemas/types.js";
import { type MetricsClient, MetricsError } from "../horizontal-pod-autoscaler/metrics-client.js";
import { isResourceTrigger } from "./autoscaler-of.js";
import { cronReplicas } from "./cron-trigger.js";
import { readTrigger, type TriggerReading } from "./trigger-kinds.js";

type Trigger = ScaledObjectSpec["triggers"][number];

/** A trigger that is neither of CPU nor of memory, and its place. */
export interface ReadTrigger extends TriggerReading {
  readonly index: number;
  /** Its own; "" where it has none. */
  readonly name: string;
  readonly metricType: "AverageValue" | "Value";
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
    const { name = "" } = trigger;
    const metricType = trigger.metricType === "Value" ? "Value" : "AverageValue";
    read.push({ ...reading, index, name, metricType, source: name || reading.metricName });
  }
  return read;
}

/** Where and when triggers are asked. */
export interface Asking {
  readonly namespace: string;
  readonly metrics: MetricsClient;
  readonly at: EpochMicros;
}

/** What a trigger finds now, in thousandths; null: it fails. */
export function valueMillisOf(
  { source, window }: ReadTrigger,
  { namespace, metrics, at }: Asking,
): number | null {
  if (window !== undefined) return window === null ? null : cronReplicas(window, at) * 1_000;
  const values = metrics.externalValuesMillis(namespace, { name: source });
  if (values instanceof MetricsError || values.length === 0) return null;
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Why a trigger of which {@link valueMillisOf} finds nothing fails. */
export function failureOf(
  { source, window, timezone }: ReadTrigger,
  { namespace, metrics }: Asking,
): string {
  if (window === null) return `unable to load timezone: unknown time zone ${timezone}`;
  const values = metrics.externalValuesMillis(namespace, { name: source });
  return values instanceof MetricsError ? values.message : `metric ${source} has no values`;
}
