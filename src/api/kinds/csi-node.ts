import { validateCsiNode } from "../validation/storage.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { CSINodeSpec } from "../schemas/types.js";

export const CSI_NODE: KindDescriptor<CSINodeSpec> = {
  ...named("storage.k8s.io/v1", "csinodes", "Cluster", "spec"),
  formerVersions: { "storage.k8s.io/v1beta1": null },
  validate: (spec, { issues }) => validateCsiNode(spec, issues),
  fields: modelled("drivers"),
};
