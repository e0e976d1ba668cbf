import type { NewGeneric } from "../../api/new-object.js";

const KEY = "node.kubernetes.io/not-ready";

/**
 * A node that registers is tainted as not ready, until the node controller has looked at it.
 * Source: Kubernetes, admission controller TaintNodesByCondition.
 */
export function withNotReadyTaint(node: NewGeneric<"Node">): NewGeneric<"Node"> {
  const taints = node.spec.taints ?? [];
  if (taints.some(({ key, effect }) => key === KEY && effect === "NoSchedule")) return node;
  const spec = { ...node.spec, taints: [...taints, { key: KEY, effect: "NoSchedule" as const }] };
  return { ...node, spec };
}
