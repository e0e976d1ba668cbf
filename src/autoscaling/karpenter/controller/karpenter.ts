import { ClusterWatch } from "./cluster-watch.js";
import type { KarpenterOptions } from "./karpenter-options.js";
import { NodeClaimLifecycle } from "./node-claim-lifecycle.js";
import { Provisioner } from "./provisioner.js";

/** Karpenter's controllers over one view of the cluster. */
export class Karpenter {
  private readonly parts: readonly { start(): void }[];

  constructor(options: KarpenterOptions) {
    const watch = new ClusterWatch(options);
    this.parts = [new NodeClaimLifecycle(options, watch), new Provisioner(options, watch)];
  }

  start(): void {
    for (const part of this.parts) part.start();
  }
}
