import type { NodeClaimSpec, NodeClaimStatus } from "../schemas/types.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

/** Of Karpenter: a node that it has asked its cloud for. */
export const NODE_CLAIM: KindDescriptor<NodeClaimSpec, NodeClaimStatus> = {
  ...named("karpenter.sh/v1", "nodeclaims", "Cluster", "spec,status"),
  defaults: (spec) => (spec.expireAfter == null ? { ...spec, expireAfter: "720h" } : spec),
  madeBy: "NodePool",
  conditions: [
    "Launched",
    "Registered",
    "Initialized",
    "Ready",
    "Consolidatable",
    "Drifted",
    "Drained",
    "VolumesDetached",
    "InstanceTerminating",
    "ConsistentStateFound",
    "DisruptionReason",
    "Rebooting",
  ],
  fields: modelled(
    "nodeClassRef",
    "requirements",
    "resources",
    "taints",
    "startupTaints",
    "expireAfter",
    "terminationGracePeriod",
  ),
};
