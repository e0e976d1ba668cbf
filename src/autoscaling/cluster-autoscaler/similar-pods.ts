import { deepEqual } from "../../api/deep-equal.js";
import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";

/** So many kinds of pods of one controller are told apart. Source: cluster-autoscaler, `maxPodsPerOwnerRef`. */
const MAX_KINDS_PER_OWNER = 10;

/** What tells controllers apart. */
export function controllerKey(pod: PodVersion): string | null {
  const owner = controllerOf(pod);
  if (owner === undefined) return null;
  return `${owner.kind}/${pod.namespace}/${owner.name}/${owner.uid ?? ""}`;
}

/** True for pods of one controller that the scheduler treats alike: same labels, same spec. */
export function isAlike(a: PodVersion, b: PodVersion): boolean {
  return (
    (a.labels === b.labels || deepEqual(a.labels, b.labels)) &&
    (a.spec === b.spec || deepEqual(a.spec, b.spec))
  );
}

/** Pods with a controller, one of each kind. Source: cluster-autoscaler, `SimilarPodsScheduling`. */
export class SimilarPods {
  private readonly kinds = new Map<string, PodVersion[]>();

  /** Whether one like it was added. */
  has(pod: PodVersion): boolean {
    const key = controllerKey(pod);
    return key !== null && this.kinds.get(key)?.some((one) => isAlike(one, pod)) === true;
  }

  add(pod: PodVersion): void {
    const key = controllerKey(pod);
    if (key === null) return;
    const known = this.kinds.get(key) ?? [];
    if (known.length >= MAX_KINDS_PER_OWNER) return;
    known.push(pod);
    this.kinds.set(key, known);
  }
}
