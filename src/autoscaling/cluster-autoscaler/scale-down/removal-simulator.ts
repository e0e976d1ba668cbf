import type { PodVersion } from "../../../api/pod-version.js";
import type { TimeMicros } from "../../../base/time.js";
import type { ClusterSnapshot } from "../cluster-snapshot.js";
import type { DrainContext } from "../drain/drain-rules.js";
import { nodeDrain } from "../drain/node-drain.js";
import { HintingSimulator } from "../hinting-simulator.js";
import { unboundPod } from "../unbound-pod.js";
import { markedToBeDeleted } from "./deletion-taint.js";
import type { Removable } from "./removal.js";
import type { Unremovable } from "./unremovable-nodes.js";

/**
 * Whether the pods of a node would find a place elsewhere. If so the snapshot keeps them there, without the
 * node. While they look for one the node stays, marked and without pods: constraints on spread count it.
 * Source: Cluster Autoscaler 1.36, simulator.RemovalSimulator.
 */
export class RemovalSimulator {
  private readonly places = new HintingSimulator();

  /** `startTimeMs`: virtual zero as milliseconds since 1970. */
  constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly startTimeMs: number,
  ) {}

  /** `destinations`: names of the nodes that pods may move to. */
  simulate(
    nodeName: string,
    destinations: ReadonlySet<string>,
    context: DrainContext,
  ): Removable | Unremovable {
    const info = this.snapshot.get(nodeName);
    if (info === undefined || info.node === null) return { reason: "UnexpectedError" };
    const { node } = info;
    const drain = nodeDrain(
      info.pods.map(({ pod }) => pod),
      context,
    );
    if ("reason" in drain) return { reason: "BlockedByPod", blocking: drain };
    this.snapshot.fork();
    if (!this.findPlaces(nodeName, drain.move, destinations, context.nowMicros)) {
      this.snapshot.revert();
      return { reason: "NoPlaceToMovePods" };
    }
    this.snapshot.commit();
    const isRisky = context.budgets?.allowsTogether(drain.move) === false;
    return { node, move: drain.move, waitFor: drain.waitFor, isRisky };
  }

  private findPlaces(
    nodeName: string,
    pods: readonly PodVersion[],
    destinations: ReadonlySet<string>,
    nowMicros: TimeMicros,
  ): boolean {
    const { snapshot } = this;
    const { node, pods: present } = snapshot.get(nodeName)!;
    for (const { pod } of present.slice()) snapshot.removePod(pod.uid);
    snapshot.updateNode({
      ...node!,
      spec: markedToBeDeleted(node!, nowMicros, this.startTimeMs),
    });
    const placed = this.places.place(
      snapshot,
      pods.map((pod) => unboundPod(pod)),
      {
        isAcceptable: ({ name }) => name !== nodeName && destinations.has(name),
        breakOnFailure: true,
      },
    );
    if (placed.length < pods.length) return false;
    snapshot.removeNode(nodeName);
    return true;
  }

  /** A loop is over. */
  dropOldHints(): void {
    this.places.dropOld();
  }
}
