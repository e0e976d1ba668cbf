import { isPodReady, type PodVersion } from "../../api/pod-version.js";
import type { TimeMicros } from "../../base/time.js";
import { HASH_LABEL } from "./daemon-pods.js";
import { allowsSurge, type DaemonView, isAvailable, oldestFirst } from "./daemon-view.js";
import type { FailedPodsBackoff } from "./failed-pods-backoff.js";
import type { Node } from "./node-fitness.js";

/** Pods to make, by node, and pods to delete. */
export interface PodChanges {
  readonly nodesInNeed: readonly string[];
  readonly surplus: readonly PodVersion[];
}

interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export interface ManagePlan extends PodChanges {
  readonly told: readonly Told[];
  /** When to look again at failed pods that are left for now; null where there is none. */
  readonly againAfterMicros: TimeMicros | null;
}

interface Draft {
  readonly nodesInNeed: string[];
  readonly surplus: PodVersion[];
  readonly told: Told[];
  againAfterMicros: TimeMicros | null;
}

/** One pod on every node that is for the set, and none on the others; pods that have ended go. */
export function manage(view: DaemonView, backoff: FailedPodsBackoff): ManagePlan {
  const draft: Draft = { nodesInNeed: [], surplus: [], told: [], againAfterMicros: null };
  const known = new Set<string>();
  for (const node of view.nodes) {
    known.add(node.name);
    manageNode(view, node, draft, backoff);
  }
  for (const [nodeName, pods] of view.podsOn) {
    if (known.has(nodeName)) continue;
    draft.surplus.push(...pods.filter((pod) => pod.nodeName === ""));
  }
  return draft;
}

function manageNode(view: DaemonView, node: Node, draft: Draft, backoff: FailedPodsBackoff): void {
  const { shouldRun, mayStay } = view.fitness(node);
  const pods = view.podsOn.get(node.name);
  if (pods === undefined) {
    if (shouldRun) draft.nodesInNeed.push(node.name);
    return;
  }
  const present = pods.filter((pod) => pod.deletionTimeMicros === null);
  if (!mayStay) {
    draft.surplus.push(...present);
    return;
  }
  const running = present.filter((pod) => !endsHere(view, node, pod, { draft, backoff }));
  if (!allowsSurge(view.set)) draft.surplus.push(...oldestFirst(running).slice(1));
  else if (running.length > 1) draft.surplus.push(...surplusOfSurge(view, running));
  else if (running.length === 0 && shouldRun) draft.nodesInNeed.push(node.name);
}

/** Whether the pod has ended; then it goes, or waits for the end of its node's delay. */
function endsHere(
  view: DaemonView,
  node: Node,
  pod: PodVersion,
  { draft, backoff }: { readonly draft: Draft; readonly backoff: FailedPodsBackoff },
): boolean {
  const { set, nowMicros } = view;
  const failed = pod.phase === "Failed";
  const ended = pod.phase === "Succeeded" && view.features.DaemonSetRestartsSucceeded;
  if (!failed && !ended) return false;
  if (failed) {
    const key = `${set.uid}/${set.status.observedGeneration ?? 0}/${node.name}`;
    const delay = backoff.remaining(set.row, key, nowMicros);
    if (delay !== null) {
      draft.againAfterMicros = Math.min(delay, draft.againAfterMicros ?? delay);
      return true;
    }
    backoff.next(set.row, key, nowMicros);
  }
  const what = failed ? "failed" : "succeeded";
  const end = failed ? "kill" : "delete";
  draft.told.push({
    type: failed ? "Warning" : "Normal",
    reason: failed ? "FailedDaemonPod" : "SucceededDaemonPod",
    message: `Found ${what} daemon pod ${pod.namespace}/${pod.name} on node ${node.name}, will try to ${end} it`,
  });
  draft.surplus.push(pod);
  return true;
}

/** While a node surges, the oldest new pod stays, and the oldest old one until that is available. */
function surplusOfSurge(view: DaemonView, running: readonly PodVersion[]): readonly PodVersion[] {
  let newPod: PodVersion | null = null;
  let oldPod: PodVersion | null = null;
  const surplus: PodVersion[] = [];
  for (const pod of oldestFirst(running)) {
    const isNew = pod.labels[HASH_LABEL] === view.hash;
    if (isNew && newPod === null) newPod = pod;
    else if (!isNew && oldPod === null) oldPod = pod;
    else surplus.push(pod);
  }
  if (newPod === null || oldPod === null) return surplus;
  return !isPodReady(oldPod) || isAvailable(view, newPod) ? [...surplus, oldPod] : surplus;
}
