import { defaultNodePool } from "../defaults/node-pool.js";
import type { NodePoolSpec, NodePoolStatus } from "../schemas/types.js";
import { validateNodePool } from "../validation/node-pool.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** Of Karpenter, which is no part of Kubernetes: what nodes it may make, and when it may take them away. */
export const NODE_POOL: KindDescriptor<NodePoolSpec, NodePoolStatus> = {
  ...named("karpenter.sh/v1", "nodepools", "Cluster", "spec,status"),
  defaults: defaultNodePool,
  validate: (spec, { issues }) => validateNodePool(spec, issues),
  conditions: ["ValidationSucceeded", "NodeClassReady", "NodeRegistrationHealthy", "Ready"],
  fields: {
    ...modelled("template", "limits", "weight", "disruption"),
    // A fixed number of nodes: such a pool makes none.
    replicas: "placement",
  },
};
