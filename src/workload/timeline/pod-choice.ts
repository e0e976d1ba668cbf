import { parseSelector, SelectorError } from "../../api/label-selector.js";
import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import { assert } from "../../base/assert.js";
import type { ObjectStore } from "../../store/object-store.js";

/** Pods of a namespace that are not on their way out, oldest first, and which of them are meant. */
export interface PodChoice {
  readonly namespace: string;
  /** The text of a good selector. */
  readonly podSelector: string;
  /** Null: on any node, or on none. */
  readonly node: string | null;
  /** Null: ready or not. */
  readonly ready: boolean | null;
  /** Only the one of that number, from 0; null for all. */
  readonly nth: number | null;
}

export function chosenPods(store: ObjectStore, choice: PodChoice): readonly PodVersion[] {
  const { namespace, podSelector, node, ready, nth } = choice;
  const selector = parseSelector(podSelector);
  assert(!(selector instanceof SelectorError), () => `${podSelector} is no selector`);
  const found = [...store.table("Pod")].filter(
    (pod) =>
      pod.namespace === namespace &&
      pod.deletionTimeMicros === null &&
      (node === null || pod.nodeName === node) &&
      (ready === null || isPodReady(pod) === ready) &&
      selector.matches(pod.labels),
  );
  found.sort((a, b) => a.creationTimeMicros - b.creationTimeMicros || a.row - b.row);
  return nth === null ? found : found.slice(nth, nth + 1);
}
