import type { LeaseSpec } from "../schemas/types.js";
import { validateLease } from "../validation/lease.js";
import { modelled } from "./field-rules.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";

export const LEASE: KindDescriptor<LeaseSpec> = {
  ...named("coordination.k8s.io/v1", "leases", "Namespaced", "spec"),
  formerVersions: { "coordination.k8s.io/v1beta1": null },
  validate: (spec, { issues }) => validateLease(spec, issues),
  fields: {
    ...modelled(
      "acquireTime",
      "holderIdentity",
      "leaseDurationSeconds",
      "leaseTransitions",
      "renewTime",
    ),
    // For coordinated leader election, whose controller there is not.
    preferredHolder: "none",
    strategy: "none",
  },
};
