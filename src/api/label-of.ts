import type { Labels } from "./kubernetes.js";

/**
 * The value of a label that somebody named, or undefined: what a plain object inherits (`constructor` and
 * the like) is no text, and thus no label.
 */
export function labelOf(labels: Labels, key: string): string | undefined {
  const value: unknown = labels[key];
  return typeof value === "string" ? value : undefined;
}
