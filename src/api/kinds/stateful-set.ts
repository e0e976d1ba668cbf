import { withSelector } from "../conversions/workloads.js";
import { defaultStatefulSet } from "../defaults/workloads.js";
import type { StatefulSetSpec, StatefulSetStatus } from "../schemas/types.js";
import { validateStatefulSetChange } from "../validation/immutable.js";
import { validateStatefulSet } from "../validation/workloads.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import { POD_TEMPLATE } from "./pod-fields.js";

export const STATEFUL_SET: KindDescriptor<StatefulSetSpec, StatefulSetStatus> = {
  ...named("apps/v1", "statefulsets", "Namespaced", "spec,status"),
  shortNames: ["sts"],
  formerVersions: { "apps/v1beta1": withSelector, "apps/v1beta2": null },
  defaults: defaultStatefulSet,
  validate: validateStatefulSet,
  validateChange: validateStatefulSetChange,
  podSpecPath: ["spec", "template", "spec"],
  isScaled: true,
  workload: {
    desiredPods: ({ replicas = 1 }) => replicas,
    // Without partitions.
    isRolledOut: ({ replicas = 1 }, status) =>
      (status?.readyReplicas ?? 0) >= replicas &&
      status?.updateRevision === status?.currentRevision,
  },
  fields: {
    replicas: "modelled",
    selector: "modelled",
    template: POD_TEMPLATE,
    // Names that only other programs look up.
    serviceName: "none",
    volumeClaimTemplates: "modelled",
    podManagementPolicy: "modelled",
    updateStrategy: "modelled",
    ordinals: "modelled",
    persistentVolumeClaimRetentionPolicy: "modelled",
    minReadySeconds: "modelled",
    revisionHistoryLimit: "modelled",
  },
};
