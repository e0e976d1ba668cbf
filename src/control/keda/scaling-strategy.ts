import type { ScaledJobSpec } from "../../api/schemas/types.js";
import { boundsOf } from "./scaled-job-metrics.js";

type Spec = Pick<ScaledJobSpec, "minReplicaCount" | "maxReplicaCount" | "scalingStrategy">;

export interface JobCounts {
  /** Jobs that have not finished. */
  readonly running: number;
  /** Those of them that have not begun. */
  readonly pending: number;
}

/** How many Jobs may be created, and how many are wanted; the smaller one are. */
export interface JobScale {
  /** May be negative. */
  readonly effectiveMaxScale: number;
  readonly scaleTo: number;
}

/**
 * How many Jobs to create. `maxScale`: how many the queue asks for, beyond the minimum.
 * Source: KEDA, "Scaling Jobs: scalingStrategy"; scale_jobs.go (2.21).
 */
export function jobScale(
  spec: Spec,
  { running, pending }: JobCounts,
  demand: { readonly queueLength: number; readonly maxScale: number },
): JobScale {
  const { min, max } = boundsOf(spec);
  const missing = min - running;
  if (missing > 0) return { effectiveMaxScale: missing, scaleTo: missing };
  const busy = running - min;
  const { maxScale, queueLength: scaleTo } = demand;
  switch (spec.scalingStrategy?.strategy) {
    case "custom":
      return { effectiveMaxScale: customScale(spec, { busy, max, maxScale }), scaleTo };
    case "accurate": {
      const isBeyond = maxScale + busy - pending > max;
      return { effectiveMaxScale: isBeyond ? max - busy : maxScale - pending, scaleTo };
    }
    case "eager":
      return { effectiveMaxScale: Math.min(max - busy - pending, maxScale), scaleTo: max };
    default:
      return { effectiveMaxScale: maxScale - busy, scaleTo };
  }
}

function customScale(
  { scalingStrategy = {} }: Spec,
  { busy, max, maxScale }: Readonly<Record<"busy" | "max" | "maxScale", number>>,
): number {
  const percentage = parseFloatText(scalingStrategy.customScalingRunningJobPercentage ?? "");
  if (percentage === null) return maxScale - busy;
  const deduction = scalingStrategy.customScalingQueueLengthDeduction ?? 0;
  return Math.min(maxScale - deduction - Math.trunc(busy * percentage), max);
}

/** A number as Go reads one; null for a text that is none. */
function parseFloatText(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}
