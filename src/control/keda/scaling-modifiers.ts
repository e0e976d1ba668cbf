import type { ScaledObjectSpec } from "../../api/schemas/types.js";

/** The metric that a formula over several makes of them. */
export const COMPOSITE_METRIC = "composite-metric";

/** Whether metrics are put together by a formula: any field of it counts. */
export function usesModifiers({ advanced }: Pick<ScaledObjectSpec, "advanced">): boolean {
  const modifiers = advanced?.scalingModifiers ?? {};
  return Object.values(modifiers).some((value) => value !== undefined && value !== "");
}
