import type { VersionOf } from "../api/object-version.js";
import type { TimeMicros } from "../base/time.js";
import type { Engine, HandlerId } from "../kernel/engine.js";
import { Phase } from "../kernel/phase.js";
import type { ClusterObserver } from "../record/cluster-observer.js";
import type { AnswerId, Client } from "../store/client.js";
import { type KubeletNode, readyStatus } from "./kubelet-node.js";
import { reportedStatus } from "./node-object.js";

/**
 * What befalls a node: its machine goes down with all that runs on it, or it is cut off from the API
 * server and goes on by itself.
 */
export type NodeFault = "crash" | "partition";

export interface NodeFaultsOptions {
  readonly engine: Engine;
  readonly client: Client;
  readonly observer: ClusterObserver;
  /** Virtual zero as milliseconds since 1970. */
  readonly startTimeMs: number;
  readonly statusPeriodMicros: TimeMicros;
  readonly nodeAt: (ordinal: number) => KubeletNode | undefined;
  /** The machine is down: nothing on it runs any more. */
  readonly crashed: (node: KubeletNode) => void;
  /** The kubelet sees the API server again; `rebooted`: its machine was down. */
  readonly reconnected: (node: KubeletNode, rebooted: boolean) => void;
}

/**
 * Nodes that fail and recover, and what is heard of them. A kubelet that is connected renews its lease
 * every ten seconds from when it came up, and corrects what others write into its status; neither
 * costs an event while there is nothing to tell.
 *
 * Source: Kubernetes, "Nodes: Node heartbeats"; "Leases".
 */
export class NodeFaults {
  private readonly listeners: ((nodeName: string) => void)[] = [];
  private readonly correction: HandlerId;
  private readonly answer: AnswerId;
  private readonly correcting = new Set<number>();

  constructor(private readonly options: NodeFaultsOptions) {
    const { engine, client, nodeAt } = options;
    this.answer = client.onAnswer(() => {});
    this.correction = engine.registerHandler("kubelet/node-status", (ordinal) => {
      this.correcting.delete(ordinal);
      const node = nodeAt(ordinal);
      if (node?.hears === true && isReportedUnknown(node)) this.report(node);
    });
  }

  /** Has it called when a node falls silent, and when it is heard of again. */
  onHeartbeatChange(listener: (nodeName: string) => void): void {
    this.listeners.push(listener);
  }

  /** False for a node that has failed already. */
  fail(node: KubeletNode, fault: NodeFault): boolean {
    if (!node.hears) return false;
    node.state = fault === "crash" ? "down" : "cut off";
    node.silentSinceMicros = node.lastRenewalMicros(this.options.engine.now);
    if (fault === "crash") this.options.crashed(node);
    this.tell(node.name);
    return true;
  }

  /** False for a node that has not failed. */
  recover(node: KubeletNode): boolean {
    if (node.hears) return false;
    const rebooted = node.state === "down";
    node.state = "up";
    node.silentSinceMicros = null;
    node.upSinceMicros = this.options.engine.now;
    this.report(node);
    this.tell(node.name);
    this.options.reconnected(node, rebooted);
    return true;
  }

  /** Somebody has written that a kubelet is not heard of which is: its next report says otherwise. */
  objectChanged(node: KubeletNode): void {
    if (!node.hears || !isReportedUnknown(node) || this.correcting.has(node.ordinal)) return;
    this.correcting.add(node.ordinal);
    const { engine, statusPeriodMicros } = this.options;
    const periods = Math.floor((engine.now - node.upSinceMicros) / statusPeriodMicros) + 1;
    const at = node.upSinceMicros + periods * statusPeriodMicros;
    engine.scheduleAt(at, Phase.react, this.correction, node.ordinal);
  }

  /** Writes what a kubelet says of a node that is well. */
  report({ node }: { readonly node: VersionOf<"Node"> }): void {
    const { client, engine, observer, startTimeMs } = this.options;
    const status = reportedStatus(node, { startTimeMs, nowMicros: engine.now });
    client.submit({ verb: "patch", target: node, change: { status } }, this.answer);
    if (readyStatus(node) === "True") return;
    const message = `Node ${node.name} status is now: NodeReady`;
    observer.event("Normal", "NodeReady", node, message, engine.now);
  }

  private tell(name: string): void {
    for (const listener of this.listeners) listener(name);
  }
}

function isReportedUnknown({ node }: KubeletNode): boolean {
  return readyStatus(node) === "Unknown";
}
