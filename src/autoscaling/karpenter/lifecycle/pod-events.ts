import { isPodTerminal, type PodVersion } from "../../../api/pod-version.js";
import { formatTimestamp, parseTimestamp } from "../../../api/timestamp.js";
import { MICROS_PER_SECOND } from "../../../base/time.js";
import type { AnswerId } from "../../../store/client.js";
import type { ClusterWatch } from "../controller/cluster-watch.js";
import type { KarpenterOptions } from "../controller/karpenter-options.js";
import { isDaemonPod } from "../disruption/evictable-pods.js";

/** Events within that time of the last one that was written down are not. */
const DEDUPE_MICROS = 10 * MICROS_PER_SECOND;

/**
 * Writes down on NodeClaims when a pod last came to their node, ended or left it; pods of DaemonSets do not count.
 *
 * Source: Karpenter, `pkg/controllers/nodeclaim/podevents` (1.15.0).
 */
export class PodEvents {
  private readonly written: AnswerId;

  constructor(
    private readonly options: Pick<KarpenterOptions, "engine" | "client" | "startTimeMs">,
    private readonly watch: ClusterWatch,
  ) {
    this.written = options.client.onAnswer(() => {});
  }

  start(): void {
    this.watch.pods.addHandler({
      added: (pod) => this.happened(pod),
      updated: (before, pod) => {
        const isBound = before.nodeName === "" && pod.nodeName !== "";
        const hasEnded = !isPodTerminal(before) && isPodTerminal(pod);
        const isTold = before.deletionTimeMicros === null && pod.deletionTimeMicros !== null;
        if (isBound || hasEnded || isTold) this.happened(pod);
      },
      deleted: (pod) => this.happened(pod),
    });
  }

  private happened(pod: PodVersion): void {
    if (pod.nodeName === "" || isDaemonPod(pod)) return;
    const { engine, client, startTimeMs } = this.options;
    const node = this.watch.nodes.find("", pod.nodeName);
    const claim = node && this.watch.claimOf(node);
    if (claim === undefined) return;
    const last = parseTimestamp(claim.status.lastPodEventTime, startTimeMs);
    if (last !== null && engine.now - last < DEDUPE_MICROS) return;
    const lastPodEventTime = formatTimestamp(engine.now, startTimeMs);
    const target = { kind: "NodeClaim", namespace: "", name: claim.name, uid: claim.uid } as const;
    const patch = { status: { lastPodEventTime } };
    client.submit({ verb: "merge", target, subresource: "status", patch }, this.written);
  }
}
