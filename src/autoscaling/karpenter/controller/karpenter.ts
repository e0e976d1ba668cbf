import { DisruptionController } from "../disruption/disruption-controller.js";
import { ClaimConditions } from "../lifecycle/claim-conditions.js";
import { Expiration } from "../lifecycle/expiration.js";
import { PodEvents } from "../lifecycle/pod-events.js";
import { SpotInterruptions } from "../lifecycle/spot-interruptions.js";
import { NodeTermination } from "../lifecycle/termination.js";
import { type IdlePool, idlePools } from "../node-pools/idle-pools.js";
import { NodePoolStatuses } from "../node-pools/pool-status.js";
import { ClusterWatch } from "./cluster-watch.js";
import { KarpenterEvents } from "./karpenter-events.js";
import type { KarpenterOptions } from "./karpenter-options.js";
import { NodeClaimLifecycle } from "./node-claim-lifecycle.js";
import { Provisioner } from "./provisioner.js";

/** Karpenter's controllers over one view of the cluster. */
export class Karpenter {
  private readonly parts: readonly { start(): void }[];
  private readonly watch: ClusterWatch;

  constructor(private readonly options: KarpenterOptions) {
    const watch = new ClusterWatch(options);
    this.watch = watch;
    const events = new KarpenterEvents(options.engine, options.observer);
    const { spotLifetime } = options;
    this.parts = [
      new NodeClaimLifecycle(options, watch),
      new Provisioner(options, watch),
      new PodEvents(options, watch),
      new NodePoolStatuses(options, watch),
      new ClaimConditions(options, watch),
      new DisruptionController(options, watch, events),
      new Expiration(options, watch),
      new NodeTermination(options, watch, events),
      ...(spotLifetime === null ? [] : [new SpotInterruptions(options, watch, spotLifetime)]),
    ];
  }

  /** NodePools that can make no node as they are now. */
  idlePools(): readonly IdlePool[] {
    return idlePools(this.watch, this.options);
  }

  start(): void {
    for (const part of this.parts) part.start();
  }
}
