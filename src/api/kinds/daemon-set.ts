import { withSelector } from "../conversions/workloads.js";
import { defaultDaemonSet } from "../defaults/workloads.js";
import { validateDaemonSet } from "../validation/workloads.js";
import { immutable } from "../validation/immutable.js";
import { deepEqual } from "../deep-equal.js";
import { POD_TEMPLATE } from "./pod-fields.js";
import { type KindDescriptor, named } from "./kind-descriptor.js";
import type { DaemonSetSpec, DaemonSetStatus } from "../schemas/types.js";

/** Counts changes of the template, for clients of former versions. */
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

const withGeneration = <O extends { readonly annotations: Readonly<Record<string, string>> }>(
  object: O,
  generation: number,
): O => ({
  ...object,
  annotations: { ...object.annotations, [TEMPLATE_GENERATION]: String(generation) },
});

export const DAEMON_SET: KindDescriptor<DaemonSetSpec, DaemonSetStatus> = {
  ...named("apps/v1", "daemonsets", "Namespaced", "spec,status"),
  shortNames: ["ds"],
  formerVersions: { "extensions/v1beta1": withSelector, "apps/v1beta2": null },
  defaults: defaultDaemonSet,
  validate: validateDaemonSet,
  validateChange: immutable("selector"),
  onCreate: (set) => withGeneration({ ...set, status: {} }, 1),
  onUpdate(before, after) {
    const generation = Number(before.annotations[TEMPLATE_GENERATION] ?? 1);
    const isSame = deepEqual(before.spec.template, after.spec.template);
    return withGeneration(after, isSame ? generation : generation + 1);
  },
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
  fields: {
    selector: "modelled",
    template: POD_TEMPLATE,
    updateStrategy: "modelled",
    minReadySeconds: "modelled",
    revisionHistoryLimit: "modelled",
  },
};
