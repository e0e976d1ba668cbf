import { isMirrorPod } from "../../../api/mirror-pod.js";
import { isPodTerminal, type PodVersion } from "../../../api/pod-version.js";
import { own } from "../../../base/own.js";
import { MICROS_PER_SECOND, type TimeMicros } from "../../../base/time.js";
import type { NodeVersion } from "../../../scheduler/framework/node-info.js";
import { nodeDrain } from "../drain/node-drain.js";
import { RemainingBudgets } from "../drain/remaining-budgets.js";
import type { NodeGroup } from "../node-group.js";
import type { AutoscalerOptions } from "../options.js";
import { isDaemonSetPod } from "../pod-kinds.js";
import type { ScaleDownDoor } from "./scale-down-door.js";

const EVICT_DAEMON = "cluster-autoscaler.kubernetes.io/enable-ds-eviction";
/** After a refused eviction. */
const RETRY_MICROS = 10 * MICROS_PER_SECOND;
/** Between two looks at whether evicted pods are gone. */
const POLL_MICROS = 5 * MICROS_PER_SECOND;
/** The longest grace period that a pod is given; upstream's --max-graceful-termination-sec. */
const MAX_GRACE_SECONDS = 600;
/** How much longer than that it is waited for. */
const HEADROOM_MICROS = 30 * MICROS_PER_SECOND;
const DEFAULT_GRACE_SECONDS = 30;

export interface RemovedNode {
  /** By which the door calls it. */
  readonly number: number;
  readonly node: NodeVersion;
  readonly group: NodeGroup;
  /** Its pods have to move; else it was found empty. */
  readonly isDrained: boolean;
  /** How many nodes of its group go at once. */
  readonly batchSize: number;
}

/** What becomes of a removal. */
export interface RemovalOutcome {
  /** Nothing is left to wait for: the cloud may have its machine back. */
  ready(removed: RemovedNode): void;
  /** The node stays. */
  failed(removed: RemovedNode, why: string): void;
}

/**
 * One node on its way out. It was marked; after a delay, in which the scheduler gets to know of that, its pods are
 * looked at again and evicted; refused evictions are tried again for a while; then their end is awaited.
 *
 *     marked -> evicting <-> refused -> emptying -> ready
 *        \_________\_____________________\_______-> failed
 *
 * Source: Cluster Autoscaler 1.36, core/scaledown/actuation.
 */
export class NodeRemoval {
  private state: "marked" | "evicting" | "refused" | "emptying" | "over" = "marked";
  private untilMicros: TimeMicros = 0;
  /** Must be gone before the node goes. */
  private required: readonly PodVersion[] = [];
  /** Whose eviction is not granted yet, by uid: the required ones, and those of DaemonSets. */
  private readonly pending = new Map<string, PodVersion>();
  private unanswered = 0;

  constructor(
    readonly removed: RemovedNode,
    private readonly given: { readonly door: ScaleDownDoor; readonly options: AutoscalerOptions },
    private readonly outcome: RemovalOutcome,
  ) {
    this.wakeIn(given.options.nodeDeleteDelayAfterTaintMicros);
  }

  private wakeIn(delayMicros: TimeMicros): void {
    const { door } = this.given;
    door.wakeAt(door.now() + delayMicros, this.removed.number);
  }

  wake(): void {
    switch (this.state) {
      case "marked":
        this.lookAgain();
        return;
      case "refused":
        if (this.given.door.now() < this.untilMicros) this.evictPending();
        else this.endEvictions();
        return;
      case "emptying":
        this.lookWhetherEmpty();
        return;
      case "evicting":
      case "over":
    }
  }

  private lookAgain(): void {
    const { door, options } = this.given;
    const { node, isDrained } = this.removed;
    const pods = door.podsOn(node.name).filter((pod) => !isPodTerminal(pod));
    const drain = nodeDrain(pods, {
      options,
      nowMicros: door.now(),
      owners: isDrained ? door.owners : null,
      budgets: isDrained ? new RemainingBudgets(door.budgets()) : null,
    });
    if ("reason" in drain) {
      this.fail(`pod ${drain.pod.namespace}/${drain.pod.name} blocks it (${drain.reason})`);
    } else if (!isDrained && drain.move.length > 0) {
      this.fail("new pods were scheduled on it");
    } else this.evict(pods);
  }

  private evict(pods: readonly PodVersion[]): void {
    const { door, options } = this.given;
    const evictable = pods.filter((pod) => !isMirrorPod(pod));
    const { isDrained } = this.removed;
    this.required = isDrained ? evictable.filter((pod) => !isDaemonSetPod(pod)) : [];
    const daemons = evictable.filter((pod) => isDaemonSetPod(pod) && isEvicted(pod, isDrained));
    for (const pod of [...this.required, ...daemons]) {
      this.pending.set(pod.uid, pod);
      const message = "deleting pod for node scale down";
      door.tell({ type: "Normal", reason: "ScaleDown", about: pod, message });
    }
    this.untilMicros = door.now() + options.maxPodEvictionMicros;
    this.evictPending();
  }

  private evictPending(): void {
    const pods = [...this.pending.values()];
    this.state = "evicting";
    // One more, so that answers that come at once do not end the round.
    this.unanswered = pods.length + 1;
    for (const pod of pods) this.given.door.evict(pod, graceSeconds(pod), this.removed.number);
    this.answered();
  }

  /** The answer to an eviction: true if the pod goes, or is gone. */
  evicted(uid: string, isGranted: boolean): void {
    if (isGranted) this.pending.delete(uid);
    this.answered();
  }

  private answered(): void {
    this.unanswered -= 1;
    if (this.unanswered > 0) return;
    if (this.pending.size === 0) this.endEvictions();
    else {
      this.state = "refused";
      this.wakeIn(RETRY_MICROS);
    }
  }

  /** Pods of DaemonSets whose eviction was refused are let be. */
  private endEvictions(): void {
    const refused = this.required.find(({ uid }) => this.pending.has(uid));
    if (refused !== undefined) {
      const message = "failed to delete pod for ScaleDown";
      const { door } = this.given;
      door.tell({ type: "Warning", reason: "ScaleDownFailed", about: refused, message });
      this.fail(`failed to evict pod ${refused.namespace}/${refused.name} within allowed timeout`);
      return;
    }
    this.state = "emptying";
    this.untilMicros =
      this.given.door.now() + MAX_GRACE_SECONDS * MICROS_PER_SECOND + HEADROOM_MICROS;
    this.lookWhetherEmpty();
  }

  private lookWhetherEmpty(): void {
    const { door } = this.given;
    const present = new Set(door.podsOn(this.removed.node.name).map(({ uid }) => uid));
    if (!this.required.some(({ uid }) => present.has(uid))) {
      this.state = "over";
      this.outcome.ready(this.removed);
    } else if (door.now() < this.untilMicros) this.wakeIn(POLL_MICROS);
    else this.fail("pods remaining after timeout");
  }

  private fail(why: string): void {
    this.state = "over";
    this.outcome.failed(this.removed, why);
  }
}

/** Whether a DaemonSet's pod is evicted: by its annotation, else only where other pods have to go, too. */
function isEvicted({ annotations }: PodVersion, isDrained: boolean): boolean {
  const said = own(annotations, EVICT_DAEMON);
  return said === "true" || (said !== "false" && isDrained);
}

function graceSeconds({ spec }: PodVersion): number {
  return Math.min(spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS);
}
