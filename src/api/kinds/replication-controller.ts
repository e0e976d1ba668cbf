import { defaultReplicationController } from "../defaults/workloads.js";
import type { ReplicationControllerSpec, ReplicationControllerStatus } from "../schemas/types.js";
import { validateReplicationController } from "../validation/workloads.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import { POD_TEMPLATE } from "./pod-fields.js";
import { replicaFailure } from "./replica-failure.js";

export const REPLICATION_CONTROLLER: KindDescriptor<
  ReplicationControllerSpec,
  ReplicationControllerStatus
> = {
  ...named("v1", "replicationcontrollers", "Namespaced", "spec,status"),
  shortNames: ["rc"],
  defaults: defaultReplicationController,
  validate: validateReplicationController,
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
