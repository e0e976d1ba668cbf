import { withSelector } from "../conversions/workloads.js";
import { defaultReplicaSet } from "../defaults/workloads.js";
import { validateReplicaSet } from "../validation/workloads.js";
import { immutable } from "../validation/immutable.js";
import { POD_TEMPLATE } from "./pod-fields.js";
import { replicaFailure } from "./replica-failure.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { ReplicaSetSpec, ReplicaSetStatus } from "../schemas/types.js";

export const REPLICA_SET: KindDescriptor<ReplicaSetSpec, ReplicaSetStatus> = {
  ...named("apps/v1", "replicasets", "Namespaced", "spec,status"),
  shortNames: ["rs"],
  madeBy: "Deployment",
  formerVersions: { "extensions/v1beta1": withSelector, "apps/v1beta2": null },
  defaults: defaultReplicaSet,
  validate: validateReplicaSet,
  validateChange: immutable("selector"),
  podSpecPath: ["spec", "template", "spec"],
  isScaled: true,
  workload: { desiredPods: ({ replicas = 1 }) => replicas },
  conditions: ["ReplicaFailure"],
  trouble: (_, status) => replicaFailure(status),
  fields: {
    replicas: "modelled",
    selector: "modelled",
    template: POD_TEMPLATE,
    minReadySeconds: "modelled",
  },
};
