import { dns1123LabelErrors } from "../label-validation.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { NamespaceSpec, NamespaceStatus } from "../schemas/types.js";

export const NAMESPACE: KindDescriptor<NamespaceSpec, NamespaceStatus> = {
  ...named("v1", "namespaces", "Cluster", "spec,status"),
  nameErrors: dns1123LabelErrors,
  onCreate: (namespace) => ({
    ...namespace,
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
    labels: { ...namespace.labels, "kubernetes.io/metadata.name": namespace.name },
  }),
  conditions: [
    ...["NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure"],
    ...["NamespaceDeletionContentFailure", "NamespaceContentRemaining"],
    "NamespaceFinalizersRemaining",
  ],
  fields: { finalizers: "modelled" },
};
