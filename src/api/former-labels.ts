import { plainCopy } from "../base/plain-copy.js";
import type { Labels } from "./kubernetes.js";

/** Labels of today, and what old manifests call the same. */
const FORMER_NAMES: readonly (readonly [string, string])[] = [
  ["kubernetes.io/os", "beta.kubernetes.io/os"],
  ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
  ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"],
  ["topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"],
  ["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"],
];

/**
 * A node's labels with those that old manifests know; the very same where none is missing or says
 * something else. Source: Kubernetes, "Well-Known Labels, Annotations and Taints"; the node lifecycle
 * controller keeps the first two in step, the cloud's node controller the others.
 */
export function withFormerLabels(labels: Labels): Labels {
  const missing = FORMER_NAMES.filter(
    ([name, former]) => labels[name] !== undefined && labels[former] !== labels[name],
  );
  if (missing.length === 0) return labels;
  const all: Record<string, string> = plainCopy(labels);
  for (const [name, former] of missing) all[former] = labels[name]!;
  return all;
}
