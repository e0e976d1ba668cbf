import { controllerOf } from "../../api/object-version.js";
import type { PodVersion } from "../../api/pod-version.js";
import type { ClusterSnapshot, NodeFilter } from "./cluster-snapshot.js";
import { SimilarPods } from "./similar-pods.js";

/** A pod that was placed in a simulation. */
export interface Placement {
  readonly pod: PodVersion;
  readonly nodeName: string;
}

/**
 * Places pods in the snapshot, and remembers where each went: in the next simulation it tries that node
 * first. Simulations of one kind share one. Source: cluster-autoscaler, `simulator/scheduling`.
 */
export class HintingSimulator {
  /** Node names by uid of pods: those of this loop, and of the one before. */
  private current = new Map<string, string>();
  private former = new Map<string, string>();

  /**
   * Places pods in their order, each where it fits on an acceptable node. Of like pods of one controller
   * (same labels and spec) only the first that fits nowhere is looked at. `breakOnFailure`: none is tried
   * after one that fits nowhere.
   */
  place(
    snapshot: ClusterSnapshot,
    pods: readonly PodVersion[],
    options: { readonly isAcceptable: NodeFilter; readonly breakOnFailure: boolean },
  ): readonly Placement[] {
    const refused = new SimilarPods();
    const placements: Placement[] = [];
    for (const pod of pods) {
      const nodeName =
        this.placeAsBefore(snapshot, pod, options.isAcceptable) ??
        this.placeAnywhere(snapshot, pod, options.isAcceptable, refused);
      if (nodeName !== null) placements.push({ pod, nodeName });
      else if (options.breakOnFailure) break;
    }
    return placements;
  }

  private placeAsBefore(
    snapshot: ClusterSnapshot,
    pod: PodVersion,
    isAcceptable: NodeFilter,
  ): string | null {
    const hint = this.current.get(pod.uid) ?? this.former.get(pod.uid);
    if (hint === undefined) return null;
    const node = snapshot.get(hint);
    if (node === undefined || !isAcceptable(node)) return null;
    if (snapshot.schedule(pod, hint) !== null) return null;
    this.current.set(pod.uid, hint);
    return hint;
  }

  private placeAnywhere(
    snapshot: ClusterSnapshot,
    pod: PodVersion,
    isAcceptable: NodeFilter,
    refused: SimilarPods,
  ): string | null {
    if (controllerOf(pod) !== undefined && refused.has(pod)) return null;
    const nodeName = snapshot.scheduleOnAny(pod, isAcceptable);
    if (nodeName === null) refused.add(pod);
    else this.current.set(pod.uid, nodeName);
    return nodeName;
  }

  /** A loop is over: hints that it did not use are dropped. */
  dropOld(): void {
    this.former = this.current;
    this.current = new Map();
  }
}
