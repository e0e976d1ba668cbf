import type { PodSpec } from "../../api/kubernetes.js";
import {
  limitRangeClaimErrors,
  limitRangePodErrors,
  withLimitRangeDefaults,
} from "../../api/limit-range.js";
import { type NewGeneric, type NewPod, podWith } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import type { ObjectStore } from "../object-store.js";
import { refuse } from "../outcome.js";
import type { Admitted, PodAdmission } from "./admission.js";

/** What was worked out for a spec in a namespace while its LimitRanges stood as they did. */
interface Computed {
  readonly namespace: string;
  readonly revision: number;
  readonly spec: PodSpec;
  readonly errors: readonly string[];
}

/**
 * The LimitRanger admission plugin: gives containers the default requests and limits of their
 * namespace's LimitRanges, and refuses pods outside of the bounds.
 * Source: Kubernetes, "Limit Ranges".
 */
export class LimitRanger implements PodAdmission {
  readonly name = "LimitRanger";
  private readonly computed = new WeakMap<PodSpec, Computed>();

  admit(pod: NewPod, store: ObjectStore): Admitted<NewPod> {
    if (store.table("LimitRange").size === 0) return pod;
    const revision = store.kindRevision("LimitRange");
    let known = this.computed.get(pod.spec);
    if (known?.namespace !== pod.namespace || known.revision !== revision) {
      known = this.compute(pod, store, revision);
      this.computed.set(pod.spec, known);
    }
    if (known.errors.length > 0) {
      const reasons = known.errors.join(", ");
      return refuse("Forbidden", `pods "${pod.name}" is forbidden: ${reasons}`);
    }
    return known.spec === pod.spec ? pod : podWith(pod, { spec: known.spec });
  }

  /** A claim is bounded too, and has no defaults. */
  admitClaim(
    claim: NewGeneric<"PersistentVolumeClaim">,
    store: ObjectStore,
  ): Admitted<NewGeneric<"PersistentVolumeClaim">> {
    const errors = rangesOf(claim.namespace, store).flatMap((range) =>
      limitRangeClaimErrors(range.spec, claim.spec),
    );
    if (errors.length === 0) return claim;
    const about = `persistentvolumeclaims "${claim.name}" is forbidden`;
    return refuse("Forbidden", `${about}: ${errors.join(", ")}`);
  }

  private compute(pod: NewPod, store: ObjectStore, revision: number): Computed {
    const ranges = rangesOf(pod.namespace, store);
    let spec = pod.spec;
    for (const range of ranges) spec = withDefaults(spec, range);
    const errors = ranges.flatMap((range) => limitRangePodErrors(range.spec, spec));
    return { namespace: pod.namespace, revision, spec, errors };
  }
}

function withDefaults(spec: PodSpec, range: ObjectVersion<"LimitRange">): PodSpec {
  const containers = spec.containers.map((c) => withLimitRangeDefaults(range.spec, c));
  const init = spec.initContainers?.map((c) => withLimitRangeDefaults(range.spec, c));
  const same =
    containers.every((c, i) => c === spec.containers[i]) &&
    (init ?? []).every((c, i) => c === spec.initContainers?.[i]);
  if (same) return spec;
  return { ...spec, containers, ...(init === undefined ? {} : { initContainers: init }) };
}

function rangesOf(namespace: string, store: ObjectStore): readonly ObjectVersion<"LimitRange">[] {
  return [...store.table("LimitRange")].filter((range) => range.namespace === namespace);
}
