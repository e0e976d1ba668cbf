import type { TimeMicros } from "../../base/time.js";

/** A pod's sandbox as its runtime keeps it. */
export interface KeptSandbox {
  /** Of its pod. */
  readonly uid: string;
  readonly createdMicros: TimeMicros;
  readonly isReady: boolean;
  /** Whether one of its containers is still kept. */
  readonly holdsContainers: boolean;
}

/**
 * The sandboxes that a kubelet's garbage collection removes: those that are neither ready nor hold a
 * container, but not the newest one of a pod that is not over. Source: upstream's
 * `kuberuntime_gc.go` (evictSandboxes).
 */
export function sandboxesToRemove<S extends KeptSandbox>(
  sandboxes: Iterable<S>,
  isOver: (uid: string) => boolean,
): ReadonlySet<S> {
  const byPod = new Map<string, S[]>();
  for (const sandbox of sandboxes) {
    const pod = byPod.get(sandbox.uid) ?? [];
    byPod.set(sandbox.uid, pod);
    pod.push(sandbox);
  }
  const removed = new Set<S>();
  for (const [uid, pod] of byPod) {
    pod.sort((a, b) => b.createdMicros - a.createdMicros);
    for (const sandbox of pod.slice(isOver(uid) ? 0 : 1)) {
      if (!sandbox.isReady && !sandbox.holdsContainers) removed.add(sandbox);
    }
  }
  return removed;
}
