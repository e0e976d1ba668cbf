import { deepEqual } from "../../api/deep-equal.js";
import type { PodSpec, ResourceList, Toleration } from "../../api/kubernetes.js";
import { type NewPod, podWith } from "../../api/new-object.js";
import type { ObjectVersion } from "../../api/object-version.js";
import { mustParseQuantity } from "../../api/quantity.js";
import type { ObjectStore } from "../object-store.js";
import { type Refusal, refuse } from "../outcome.js";
import type { Admitted, PodAdmission } from "./admission.js";

type RuntimeClass = ObjectVersion<"RuntimeClass">;

interface Computed {
  readonly revision: number;
  /** The spec as admitted, or why it is refused. */
  readonly result: PodSpec | string;
}

/**
 * The RuntimeClass admission plugin: a pod takes over the overhead of its class and where pods of it may
 * run, and is refused where its own differ, or where there is no such class.
 * Source: Kubernetes, "Runtime Class", "Pod Overhead"; KEP-585, KEP-688.
 */
export class RuntimeClassAdmission implements PodAdmission {
  readonly name = "RuntimeClass";
  private readonly computed = new WeakMap<PodSpec, Computed>();

  /** `ignoresMissing`: the classes of a dump were not dumped, and refuse nothing. */
  constructor(private readonly ignoresMissing: boolean) {}

  admit(pod: NewPod, store: ObjectStore): Admitted<NewPod> {
    const { spec } = pod;
    if (spec.runtimeClassName === undefined && spec.overhead === undefined) return pod;
    const revision = store.kindRevision("RuntimeClass");
    let known = this.computed.get(spec);
    if (known?.revision !== revision) {
      known = { revision, result: this.compute(spec, store) };
      this.computed.set(spec, known);
    }
    const { result } = known;
    if (typeof result === "string") return forbidden(pod, result);
    return result === spec ? pod : podWith(pod, { spec: result });
  }

  private compute(spec: PodSpec, store: ObjectStore): PodSpec | string {
    const { runtimeClassName } = spec;
    const named =
      runtimeClassName === undefined
        ? undefined
        : store.table("RuntimeClass").find("", runtimeClassName);
    if (named === undefined) {
      if (this.ignoresMissing) return spec;
      if (runtimeClassName !== undefined) {
        return `pod rejected: RuntimeClass "${runtimeClassName}" not found`;
      }
    }
    const overhead = named?.spec.overhead;
    if (overhead === undefined && isGiven(spec.overhead)) {
      return "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
    }
    if (named === undefined) return spec;
    const withOverhead = overhead === undefined ? spec : overheadOf(spec, overhead.podFixed ?? {});
    return typeof withOverhead === "string" ? withOverhead : placedBy(withOverhead, named);
  }
}

function isGiven(overhead: ResourceList | undefined): boolean {
  return Object.keys(overhead ?? {}).length > 0;
}

function overheadOf(spec: PodSpec, fixed: ResourceList): PodSpec | string {
  if (!isGiven(spec.overhead)) return { ...spec, overhead: fixed as Record<string, string> };
  return sameAmounts(spec.overhead ?? {}, fixed)
    ? spec
    : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
}

function sameAmounts(a: ResourceList, b: ResourceList): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    if (!Object.hasOwn(b, name)) return false;
    return mustParseQuantity(a[name]!).compare(mustParseQuantity(b[name]!)) === 0;
  });
}

function placedBy(spec: PodSpec, { spec: { scheduling } }: RuntimeClass): PodSpec | string {
  if (scheduling === undefined) return spec;
  const own = spec.nodeSelector ?? {};
  const wanted = scheduling.nodeSelector ?? {};
  for (const [key, value] of Object.entries(wanted)) {
    if (Object.hasOwn(own, key) && own[key] !== value) {
      return `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`;
    }
  }
  const tolerations = merged([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  return { ...spec, nodeSelector: { ...own, ...wanted }, tolerations: [...tolerations] };
}

/** Tolerations without those that another one covers; of equal ones the first stays. */
function merged(all: readonly Toleration[]): readonly Toleration[] {
  const kept: Toleration[] = [];
  for (const [i, one] of all.entries()) {
    const later = all.slice(i + 1);
    const isCovered =
      kept.some((other) => covers(other, one)) ||
      later.some((other) => !deepEqual(other, one) && covers(other, one));
    if (!isCovered) kept.push(one);
  }
  return kept;
}

/** Whether `wide` tolerates all that `narrow` does, for at least as long. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (deepEqual(wide, narrow)) return true;
  const [wideKey, narrowKey] = [wide.key ?? "", narrow.key ?? ""];
  if (wideKey !== narrowKey && !(wideKey === "" && wide.operator === "Exists")) return false;
  const effect = wide.effect ?? "";
  if (effect !== "" && effect !== narrow.effect) return false;
  if (effect === "NoExecute" && wide.tolerationSeconds !== undefined) {
    const seconds = narrow.tolerationSeconds ?? Number.POSITIVE_INFINITY;
    if (seconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === "Exists") return true;
  const isEqual = (wide.operator ?? "Equal") === "Equal" && narrow.operator === "Equal";
  return isEqual && (wide.value ?? "") === (narrow.value ?? "");
}

function forbidden(pod: NewPod, reason: string): Refusal {
  const about = `pods "${pod.name}" is forbidden`;
  return refuse("Forbidden", `${about}: ${reason}`, "spec.runtimeClassName");
}
