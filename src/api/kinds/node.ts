import { validateNode } from "../validation/cluster.js";
import { validateNodeChange } from "../validation/immutable.js";
import { none } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { NodeSpec, NodeStatus } from "../schemas/types.js";

export const NODE: KindDescriptor<NodeSpec, NodeStatus> = {
  ...named("v1", "nodes", "Cluster", "spec,status"),
  validate: (spec, { issues }, { status }) => validateNode(spec, status, issues),
  validateChange: validateNodeChange,
  // A kubelet registers it with its status.
  onCreate: (node) => node,
  conditions: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"],
  hasForeignConditions: true,
  fields: {
    taints: "modelled",
    unschedulable: "modelled",
    ...none("podCIDR", "podCIDRs", "providerID", "externalID", "configSource"),
  },
};
