import type { NodePoolSpec } from "../schemas/types.js";

const DEFAULT_BUDGETS = [{ nodes: "10%" }];

/** What the CustomResourceDefinition of a NodePool fills in. Source: karpenter 1.15, `karpenter.sh_nodepools.yaml`. */
export function defaultNodePool(spec: NodePoolSpec): NodePoolSpec {
  const { disruption, template } = spec;
  const { budgets, consolidateAfter, consolidationPolicy } = disruption ?? {};
  // What is required and missing is refused after this.
  const pod = template?.spec;
  return {
    ...spec,
    disruption: {
      ...disruption,
      budgets: budgets?.map((one) => ({ ...one, nodes: one.nodes ?? "10%" })) ?? DEFAULT_BUDGETS,
      consolidateAfter: consolidateAfter ?? "0s",
      consolidationPolicy: consolidationPolicy ?? "WhenEmptyOrUnderutilized",
    },
    template:
      pod == null
        ? template
        : { ...template, spec: { ...pod, expireAfter: pod.expireAfter ?? "720h" } },
  };
}
