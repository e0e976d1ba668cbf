import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";

/** `Deployment/web` for a pod of one of its ReplicaSets; the pod itself where nobody owns it. */
export function ownerText(pod: PodVersion): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return `Pod/${pod.name}`;
  const suffix = `-${pod.labels["pod-template-hash"] ?? ""}`;
  if (owner.kind === "ReplicaSet" && suffix.length > 1 && owner.name.endsWith(suffix)) {
    return `Deployment/${owner.name.slice(0, -suffix.length)}`;
  }
  return `${owner.kind}/${owner.name}`;
}

/** Whether `other` is of an older or newer template of the Deployment that the pod belongs to. */
export function isOfOtherTemplate(pod: PodVersion, other: PodVersion): boolean {
  const hash = pod.labels["pod-template-hash"];
  return areSiblings(pod, other) && hash !== other.labels["pod-template-hash"];
}

/** Whether the two have one owner. */
export function areSiblings(a: PodVersion, b: PodVersion): boolean {
  return a.namespace === b.namespace && ownerText(a) === ownerText(b);
}
