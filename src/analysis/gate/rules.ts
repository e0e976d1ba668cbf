import { z } from "zod";

/** What may not get worse, and by how much. */
export interface GateRule {
  /** A metric, `metric{labels}`, or `events` and `digest` of the run itself. */
  readonly metric: string;
  readonly direction: "lower" | "higher" | "exact";
  /** The change for the worse that is allowed: in the metric's unit, or relative to the baseline's mean. */
  readonly allow: { readonly amount: number; readonly isRelative: boolean };
  /** Level of the two-sided interval. */
  readonly confidence: number;
}

const DEFAULT_CONFIDENCE = 0.95;

const ALLOW = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/;

const allow = z.union([z.number(), z.string()]).transform((raw, context) => {
  const match = ALLOW.exec(String(raw).trim());
  if (match !== null)
    return {
      amount: Number(match[1]) / (match[2] === "%" ? 100 : 1),
      isRelative: match[2] === "%",
    };
  context.addIssue({
    code: "custom",
    message: "expected a number of the metric's unit, or a share such as 5%",
  });
  return z.NEVER;
});

/** A file of rules. */
export const gateRules = z.strictObject({
  apiVersion: z.literal("seatrial.dev/v1alpha1", { error: "expected seatrial.dev/v1alpha1" }),
  kind: z.literal("GateRules", { error: "expected GateRules" }),
  rules: z
    .array(
      z
        .strictObject({
          metric: z.string().min(1),
          labels: z.record(z.string(), z.string()).optional(),
          direction: z.enum(["lower", "higher", "exact"], {
            error: "expected lower or higher, whichever is better, or exact",
          }),
          allow: allow.optional(),
          confidence: z.number().gt(0.5).lt(1).optional(),
        })
        .transform(
          ({ labels, ...rule }): GateRule => ({
            metric: labels === undefined ? rule.metric : `${rule.metric}{${labelText(labels)}}`,
            direction: rule.direction,
            allow: rule.allow ?? { amount: 0, isRelative: false },
            confidence: rule.confidence ?? DEFAULT_CONFIDENCE,
          }),
        ),
    )
    .min(1, "expected a rule"),
});

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(";");
}

const relative = (metric: string, direction: "lower" | "higher", percent: number): GateRule => ({
  metric,
  direction,
  allow: { amount: percent / 100, isRelative: true },
  confidence: DEFAULT_CONFIDENCE,
});

/** What is held when no file says otherwise: placement quality, with room for noise. */
export const DEFAULT_RULES: readonly GateRule[] = [
  relative("pods_pending_end_count", "lower", 0),
  relative("pod_wait_mean_seconds", "lower", 5),
  relative("pod_wait_p99_seconds", "lower", 10),
  relative("demand_served_ratio", "higher", 1),
  relative("imbalance_mean_ratio", "lower", 5),
  relative("nodes_used_mean_count", "lower", 2),
  relative("pods_evicted_count", "lower", 5),
  relative("pods_preempted_count", "lower", 5),
  relative("cost_dollars", "lower", 2),
];
