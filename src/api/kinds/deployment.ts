import { withSelector } from "../conversions/workloads.js";
import { defaultDeployment } from "../defaults/workloads.js";
import { validateDeployment } from "../validation/workloads.js";
import { immutable } from "../validation/immutable.js";
import { POD_TEMPLATE } from "./pod-fields.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { DeploymentSpec, DeploymentStatus } from "../schemas/types.js";

export const DEPLOYMENT: KindDescriptor<DeploymentSpec, DeploymentStatus> = {
  ...named("apps/v1", "deployments", "Namespaced", "spec,status"),
  shortNames: ["deploy"],
  formerVersions: {
    "extensions/v1beta1": withSelector,
    "apps/v1beta1": withSelector,
    "apps/v1beta2": null,
  },
  defaults: defaultDeployment,
  validate: validateDeployment,
  validateChange: immutable("selector"),
  podSpecPath: ["spec", "template", "spec"],
  isScaled: true,
  workload: {
    desiredPods: ({ replicas = 1 }) => replicas,
    isRolledOut: ({ replicas = 1 }, status = {}) => {
      const updated = status.updatedReplicas ?? 0;
      return (
        updated >= replicas &&
        (status.replicas ?? 0) <= updated &&
        (status.availableReplicas ?? 0) >= updated
      );
    },
  },
  conditions: ["Available", "Progressing", "ReplicaFailure"],
  fields: {
    replicas: "modelled",
    selector: "modelled",
    template: POD_TEMPLATE,
    strategy: "modelled",
    minReadySeconds: "modelled",
    revisionHistoryLimit: "modelled",
    progressDeadlineSeconds: "modelled",
    paused: "modelled",
  },
};
