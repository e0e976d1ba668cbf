import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { ObjectStore } from "../../store/object-store.js";

/**
 * The number of each pod among those of its owner, by the order in which they were created. Names of
 * pods are drawn, so what a pod does is keyed by its owner and this number instead.
 */
export class PodOrdinals {
  private readonly counts = new Map<string, number>();
  /** By row of the pod. */
  private readonly ordinals: number[] = [];

  /** Counts from now on: to be made before the first pod is stored. */
  constructor(store: ObjectStore) {
    store.observe((before, after) => {
      if (before === null && after?.kind === "Pod") this.count(after);
    });
  }

  /** `namespace/Kind/name` of the controller and the pod's number; of a bare pod its own name. */
  keyOf(pod: PodVersion): string {
    const owner = ownerKey(pod);
    return owner === null
      ? `${pod.namespace}/${pod.name}`
      : `${owner}#${this.ordinals[pod.row] ?? 0}`;
  }

  /** The number of the pod among those of its owner, from 0; 0 of a bare one. */
  ordinalOf(pod: PodVersion): number {
    return ownerKey(pod) === null ? 0 : (this.ordinals[pod.row] ?? 0);
  }

  private count(pod: PodVersion): void {
    const owner = ownerKey(pod);
    if (owner === null) return;
    const ordinal = this.counts.get(owner) ?? 0;
    this.counts.set(owner, ordinal + 1);
    this.ordinals[pod.row] = ordinal;
  }
}

function ownerKey(pod: PodVersion): string | null {
  const owner = controllerOf(pod);
  if (owner !== undefined) return `${pod.namespace}/${owner.kind}/${owner.name}`;
  return pod.generateName === "" ? null : `${pod.namespace}/Pod/${pod.generateName}`;
}
