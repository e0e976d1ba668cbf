import { controllerOf } from "../../api/object-version.js";
import { isPodTerminal, type PodVersion } from "../../api/pod-version.js";
import type { Informer } from "../../store/informer.js";

/**
 * How many pods of each controller have neither succeeded nor failed, those that are being deleted
 * included: with Recreate the new pods wait for the last of them.
 */
export class UnfinishedPods {
  private readonly counts = new Map<string, number>();
  /** UID of the controller that each unfinished pod counts for, by row; undefined for others. */
  private readonly countedFor: (string | undefined)[] = [];

  /** `onLess` is called with a controller's UID when it has one pod less. */
  constructor(private readonly onLess: (controllerUid: string) => void) {}

  follow(pods: Informer<"Pod">): void {
    pods.addHandler(
      {
        added: (pod) => this.put(pod),
        updated: (before, pod) => {
          if (before.phase === pod.phase && before.ownerReferences === pod.ownerReferences) return;
          this.put(pod);
        },
        deleted: (pod) => this.count(pod.row, undefined),
      },
      "ReplicaSet",
    );
  }

  of(controllerUid: string): number {
    return this.counts.get(controllerUid) ?? 0;
  }

  put(pod: PodVersion): void {
    this.count(pod.row, isPodTerminal(pod) ? undefined : controllerOf(pod)?.uid);
  }

  private count(row: number, uid: string | undefined): void {
    const before = this.countedFor[row];
    if (before === uid) return;
    this.countedFor[row] = uid;
    if (uid !== undefined) this.counts.set(uid, this.of(uid) + 1);
    if (before === undefined) return;
    const left = this.of(before) - 1;
    if (left > 0) this.counts.set(before, left);
    else this.counts.delete(before);
    this.onLess(before);
  }
}
