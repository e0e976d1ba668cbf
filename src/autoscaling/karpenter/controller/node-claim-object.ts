import type { Labels } from "../../../api/kubernetes.js";
import { type NewGeneric, newMeta } from "../../../api/new-object.js";
import type { NodeClaimSpecRequirements } from "../../../api/schemas/types.js";
import { templateAnnotations } from "../lifecycle/template-hash.js";
import type { NodeClaimPlan, PlannedNode } from "../node-claim-plan.js";
import type { Requirement } from "../requirement.js";
import { amountTexts } from "../resource-amounts.js";
import {
  HOSTNAME_LABEL,
  MIN_VALUES_RELAXED,
  NODE_POOL_LABEL,
  WELL_KNOWN_LABELS,
} from "../well-known-labels.js";

/** The NodeClaim of a planned node, as the provisioner creates it. */
export function nodeClaimObject(node: PlannedNode, plan: NodeClaimPlan): NewGeneric<"NodeClaim"> {
  const { pool } = node.template;
  const { metadata, spec } = pool.spec.template;
  const { nodeClassRef, taints, startupTaints, expireAfter, terminationGracePeriod } = spec;
  return {
    kind: "NodeClaim",
    ...newMeta("", ""),
    generateName: `${pool.name}-`,
    labels: {
      ...metadata?.labels,
      [NODE_POOL_LABEL]: pool.name,
      [`${nodeClassRef.group}/${nodeClassRef.kind.toLowerCase()}`]: nodeClassRef.name,
      ...customLabels(plan),
    },
    annotations: {
      ...metadata?.annotations,
      ...templateAnnotations(pool),
      [MIN_VALUES_RELAXED]: String(node.isMinValuesRelaxed),
    },
    ownerReferences: [
      {
        ...{ apiVersion: "karpenter.sh/v1", kind: "NodePool", name: pool.name, uid: pool.uid },
        blockOwnerDeletion: true,
      },
    ],
    spec: {
      nodeClassRef,
      requirements: plan.requirements.raw().map(
        ({ key, operator, values, minValues }): NodeClaimSpecRequirements => ({
          ...{ key, operator },
          ...(values === undefined ? {} : { values: [...values] }),
          ...(minValues === undefined ? {} : { minValues }),
        }),
      ),
      resources: { requests: { ...amountTexts(plan.requests) } },
      ...(taints === undefined ? {} : { taints }),
      ...(startupTaints === undefined ? {} : { startupTaints }),
      ...(expireAfter === undefined ? {} : { expireAfter }),
      ...(terminationGracePeriod === undefined ? {} : { terminationGracePeriod }),
    },
    status: {},
  };
}

/** Labels of users' own that the node will have. */
function customLabels({ requirements }: NodeClaimPlan): Labels {
  const labels: Record<string, string> = {};
  for (const requirement of requirements) {
    const { key } = requirement;
    if (WELL_KNOWN_LABELS.has(key) || key === HOSTNAME_LABEL) continue;
    const value = anyValue(requirement);
    if (value !== null) labels[key] = value;
  }
  return labels;
}

/** The first value that is allowed; where any is, the least number. Upstream draws one. */
function anyValue({ operator, sorted, values, least }: Requirement): string | null {
  if (operator === "DoesNotExist") return null;
  if (operator === "In") return sorted[0]!;
  let number = least ?? 0n;
  while (values.has(String(number))) number += 1n;
  return String(number);
}
