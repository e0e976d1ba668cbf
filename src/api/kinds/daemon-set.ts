import { withSelector } from "../conversions/workloads.js";
import { defaultDaemonSet } from "../defaults/workloads.js";
import { validateDaemonSet } from "../validation/workloads.js";
import { immutable } from "../validation/immutable.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { DaemonSetSpec, DaemonSetStatus } from "../schemas/types.js";

export const DAEMON_SET: KindDescriptor<DaemonSetSpec, DaemonSetStatus> = {
  ...named("apps/v1", "daemonsets", "Namespaced", "spec,status"),
  formerVersions: { "extensions/v1beta1": withSelector, "apps/v1beta2": null },
  defaults: defaultDaemonSet,
  validate: validateDaemonSet,
  validateChange: immutable("selector"),
  podSpecPath: ["spec", "template", "spec"],
  workload: {
    desiredPods: (_, status) => status?.desiredNumberScheduled ?? 0,
    isRolledOut: (_, status) => {
      const desired = status?.desiredNumberScheduled ?? 0;
      return (
        (status?.updatedNumberScheduled ?? 0) >= desired &&
        (status?.numberAvailable ?? 0) >= desired
      );
    },
  },
  fields: "placement",
};
