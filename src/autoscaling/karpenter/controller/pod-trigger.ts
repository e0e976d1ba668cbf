import type { PodVersion } from "../../../api/pod-version.js";
import { MICROS_PER_SECOND } from "../../../base/time.js";
import type { Engine, HandlerId } from "../../../kernel/engine.js";
import { Phase } from "../../../kernel/phase.js";
import type { Informer } from "../../../store/informer.js";
import { isProvisionable } from "../pod-traits.js";

/** A pod that still waits is brought forward again after so long. */
const AGAIN_MICROS = 10 * MICROS_PER_SECOND;

/**
 * Brings pods forward that wait for a node: when one is found to wait, and again every 10 seconds for as long as it does.
 *
 * Source: karpenter 1.15, `pkg/controllers/provisioning/controller.go`.
 */
export class PodTrigger {
  /** Rows of pods with the times at which they come again, in order of these. */
  private queue: { readonly row: number; readonly uid: string; readonly atMicros: number }[] = [];
  private readonly queued = new Set<string>();
  private readonly again: HandlerId;
  private isArmed = false;

  constructor(
    private readonly engine: Engine,
    private readonly pods: Informer<"Pod">,
    private readonly trigger: (uid: string) => void,
  ) {
    // In the background: that a pod waits in vain keeps no run from being over.
    const options = { background: true };
    this.again = engine.registerHandler("karpenter/pods", () => this.comeAgain(), options);
  }

  start(): void {
    this.pods.addHandler({
      added: (pod) => this.look(pod),
      updated: (_, pod) => this.look(pod),
    });
  }

  private look(pod: PodVersion): void {
    if (!isProvisionable(pod)) return;
    this.trigger(pod.uid);
    if (this.queued.has(pod.uid)) return;
    this.queued.add(pod.uid);
    this.queue.push({ row: pod.row, uid: pod.uid, atMicros: this.engine.now + AGAIN_MICROS });
    this.arm();
  }

  private arm(): void {
    const [first] = this.queue;
    if (this.isArmed || first === undefined) return;
    this.isArmed = true;
    this.engine.scheduleAt(first.atMicros, Phase.react, this.again);
  }

  private comeAgain(): void {
    const { now } = this.engine;
    this.isArmed = false;
    const due = this.queue.filter(({ atMicros }) => atMicros <= now);
    this.queue = this.queue.filter(({ atMicros }) => atMicros > now);
    for (const { row, uid } of due) {
      this.queued.delete(uid);
      const pod = this.pods.at(row);
      if (pod?.uid === uid) this.look(pod);
    }
    this.arm();
  }
}
