import type { PodSpec } from "../../api/kubernetes.js";
import { type NewGeneric, type NewPod, podWith } from "../../api/new-object.js";
import { describe } from "../../api/object-named.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { plainWith } from "../../base/plain-copy.js";
import type { ObjectStore } from "../object-store.js";
import { type Refusal, refuse } from "../outcome.js";
import type { Admitted, PodAdmission } from "./admission.js";

type PriorityClass = ObjectVersion<"PriorityClass">;

/** The classes that every cluster has. Source: Kubernetes, "Pod Priority and Preemption". */
export const SYSTEM_PRIORITY_CLASSES: readonly { readonly name: string; readonly value: number }[] =
  [
    { name: "system-cluster-critical", value: 2_000_000_000 },
    { name: "system-node-critical", value: 2_000_001_000 },
  ];

/**
 * The Priority admission plugin: a pod's priority and preemptionPolicy come from its class, from the
 * global default class where it names none (of several, the one with the lowest value), else 0. A
 * class that does not exist, and a priority that is not the class's, are refused.
 */
export class PriorityAdmission implements PodAdmission {
  readonly name = "Priority";
  /** Pods of one template share their spec: what was computed for it once is used again. */
  private readonly computed = new WeakMap<
    PodSpec,
    { readonly spec: PodSpec; readonly revision: number }
  >();

  admit(pod: NewPod, store: ObjectStore): Admitted<NewPod> {
    const revision = store.kindRevision("PriorityClass");
    const known = this.computed.get(pod.spec);
    if (known !== undefined && known.revision === revision) {
      return known.spec === pod.spec ? pod : podWith(pod, { spec: known.spec });
    }
    const priorityClass = classFor(pod.spec, store);
    if (priorityClass === null) {
      const name = pod.spec.priorityClassName ?? "";
      return refuse(
        "Forbidden",
        `pods "${pod.name}" is forbidden: no PriorityClass with name ${name} was found`,
        "spec.priorityClassName",
      );
    }
    const priority = priorityClass?.spec.value ?? 0;
    if (pod.spec.priority !== undefined && pod.spec.priority !== priority) {
      return refuse(
        "Forbidden",
        `pods "${pod.name}" is forbidden: the integer value of priority (${pod.spec.priority}) ` +
          `must not be provided in pod spec; priority admission controller computed ${priority} ` +
          "from the given PriorityClass name",
        "spec.priority",
      );
    }
    const policy = priorityClass?.spec.preemptionPolicy ?? "PreemptLowerPriority";
    if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
      return refuse(
        "Forbidden",
        `pods "${pod.name}" is forbidden: the string value of PreemptionPolicy ` +
          `(${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission ` +
          `controller computed ${policy} from the given PriorityClass name`,
        "spec.preemptionPolicy",
      );
    }
    const spec = withPriority(pod.spec, priorityClass, priority, policy);
    this.computed.set(pod.spec, { spec, revision });
    if (spec !== pod.spec) this.computed.set(spec, { spec, revision });
    return spec === pod.spec ? pod : podWith(pod, { spec });
  }
}

/**
 * A class that would be a second global default is refused; null where it is none. `object` is
 * created, or takes the place of one of its name.
 */
export function secondDefaultRefusal(
  { name, spec }: Pick<NewGeneric<"PriorityClass">, "name" | "spec">,
  store: ObjectStore,
  { creates }: { readonly creates: boolean },
): Refusal | null {
  if (spec.globalDefault !== true) return null;
  const other = globalDefault(store);
  if (other === undefined || (!creates && other.name === name)) return null;
  return refuse(
    "Forbidden",
    `${describe({ kind: "PriorityClass", name })} is forbidden: PriorityClass ${other.name} is ` +
      "already marked as default. Only one default can exist",
    "globalDefault",
  );
}

function withPriority(
  spec: PodSpec,
  priorityClass: PriorityClass | undefined,
  priority: number,
  preemptionPolicy: string,
): PodSpec {
  const className = spec.priorityClassName || priorityClass?.name;
  if (
    spec.priority === priority &&
    spec.preemptionPolicy === preemptionPolicy &&
    (spec.priorityClassName ?? undefined) === className
  ) {
    return spec;
  }
  const named = className === undefined ? {} : { priorityClassName: className };
  return plainWith(spec, { ...named, priority, preemptionPolicy });
}

/** The pod's class; undefined where it has none and there is no default; null where it is missing. */
function classFor(spec: PodSpec, store: ObjectStore): PriorityClass | undefined | null {
  const name = spec.priorityClassName;
  if (name === undefined || name === "") return globalDefault(store);
  return store.table("PriorityClass").find("", name) ?? null;
}

/** Of several, which only a snapshot can bring, the one with the lowest value. */
function globalDefault(store: ObjectStore): PriorityClass | undefined {
  let chosen: PriorityClass | undefined;
  for (const candidate of store.table("PriorityClass")) {
    if (candidate.spec.globalDefault !== true) continue;
    if (chosen === undefined || candidate.spec.value < chosen.spec.value) chosen = candidate;
  }
  return chosen;
}
